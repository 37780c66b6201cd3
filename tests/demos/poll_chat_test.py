"""What the demo poll-chat claims:

Each program waits in poll for its terminal and its socket at once.
poll names the one that has something, and the next call is on that one.
The server speaks twice in a row: nobody takes turns.
Neither program has a second process or thread.
"""

import unittest

from played import payload, play, said


class PollChat(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.record = play("poll-chat")

    def test_each_program_waits_for_two_descriptors_at_once(self):
        for lane, sock in (("server", 4), ("client", 3)):
            for call in self.record.calls(lane, "poll"):
                (array,) = (a for a in call["args"] if a["kind"] == "array")
                fds = [next(f["value"] for f in item["fields"] if f["name"] == "fd")
                       for item in array["items"]]
                self.assertEqual(fds, [0, sock])

    def test_each_recv_follows_a_poll(self):
        for lane in ("server", "client"):
            names = self.record.names(lane)
            before = {names[i - 1] for i, name in enumerate(names) if name in ("recv", "send")}
            self.assertEqual(before, {"poll"})

    def test_the_server_speaks_twice_in_a_row(self):
        spoken = [(c["lane"], payload(c).decode()) for c in self.record.calls(name="send")]
        self.assertEqual(spoken, [
            ("client", "hello\n"),
            ("server", "hello yourself\n"),
            ("server", "and how are you?\n"),
            ("client", "很好，再见\n"),
        ])
        self.assertEqual(said(self.record, "server"), ["the other: hello", "the other: 很好，再见"])

    def test_neither_has_a_second_process_or_thread(self):
        self.assertEqual([p for p in self.record.of("process") if p["what"] in ("fork", "thread")], [])


if __name__ == "__main__":
    unittest.main()
