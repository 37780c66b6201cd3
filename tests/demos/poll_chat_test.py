"""What the demo poll-chat claims:

Each program waits in poll for its terminal and its socket at once.
poll names the one that has something, and the next call is on that one.
The server speaks twice in a row: nobody takes turns.
Neither program has a second process or thread.
"""

import unittest

from lessons import Lesson, payload
from traced import arg


class PollChat(Lesson):
    demo = "poll-chat"

    def test_each_program_waits_for_two_descriptors_at_once(self):
        for lane, sock in (("server", 4), ("client", 3)):
            for call in self.record.calls(lane, "poll"):
                fds = [field["value"] for item in arg(call, "fds")["items"]
                       for field in item["fields"] if field["name"] == "fd"]
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
        self.assertEqual(self.said("server").splitlines(), ["the other: hello", "the other: 很好，再见"])

    def test_neither_has_a_second_process_or_thread(self):
        self.assertEqual(self.births("fork", "thread"), [])


if __name__ == "__main__":
    unittest.main()
