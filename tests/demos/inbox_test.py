"""What the demo inbox claims:

The server never sends.
Each letter is received until recv returns zero, and then the server accepts again.
A client that says nothing is, to the server, nothing but its end.
The server outlives all its clients: it waits in accept when it is stopped.
129 clients may wait for a server that calls listen(128).
"""

import unittest

from lessons import Lesson, result, text


class Inbox(Lesson):
    demo = "inbox"

    def test_the_server_never_sends(self):
        self.assertEqual(self.calls("server", "send", "sendto", "write"), [])
        self.assertEqual([end["bytes_sent"] for end in self.ends("server")], [0, 0, 0])

    def test_each_letter_ends_with_zero_and_then_comes_accept(self):
        done = [
            (call["call"], result(call) if call["call"] == "recv" else None)
            for call in self.calls("server", "accept", "recv", "close")
        ]
        letters = [("recv", 43), ("recv", 0)], [("recv", 0)], [("recv", 25), ("recv", 0)]
        wanted = []
        for letter in letters:
            wanted += [("accept", None), *letter, ("close", None)]
        self.assertEqual(done, wanted + [("accept", None)])

    def test_a_letter_arrives_as_it_was_sent(self):
        received = [text(call) for call in self.calls("server", "recv") if result(call)]
        sent = [text(call) for lane in ("client", "client-3") for call in self.calls(lane, "send")]
        self.assertEqual(received, sent)

    def test_a_silent_client_is_nothing_but_its_end(self):
        self.assertEqual(self.calls("client-2", "send"), [])
        silent = self.record.of("connection")[1]
        self.assertEqual([end["bytes_received"] for end in silent["ends"]], [0, 0])
        self.assertEqual(silent["closed"], "fin")

    def test_the_server_is_still_there_and_waits_in_accept(self):
        self.assertTrue(self.calls("server", "accept")[-1]["restarted"])
        self.assertEqual(self.exit("server")["signal"], "SIGTERM")

    def test_129_clients_may_wait(self):
        (listen,) = self.calls("server", "listen")
        self.assertEqual(listen["queues"]["backlog"], 128)  # the limit: one more waits


if __name__ == "__main__":
    unittest.main()
