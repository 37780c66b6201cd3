"""What the demo upper claims:

The server answers each message in capitals; what has no capitals stays.
An empty line is not sent.
One server serves three clients one after another, each on a connection of its own.
A client that closes with its answer unread sends RST, and the server's recv fails with ECONNRESET.
The server survives that, and waits in accept again when all have gone.
"""

import unittest

from lessons import Lesson, result, text

CLIENTS = ("client", "client-2", "client-3")


class Upper(Lesson):
    demo = "upper"

    def test_each_message_is_answered_in_capitals(self):
        received = [text(call) for call in self.calls("server", "recv") if call["ret"] > 0]
        self.assertEqual(received, ["hello", "你好, world", "goodbye", "still there?"])
        sent = [text(call) for call in self.calls("server", "send")]
        self.assertEqual(sent, ["HELLO", "你好, WORLD", "GOODBYE", "STILL THERE?"])

    def test_an_empty_line_is_not_sent(self):
        self.assertIn("an empty line: nothing to send", self.said("client"))
        self.assertEqual([result(call) for call in self.calls("client", "send")], [5, 13])

    def test_the_clients_come_one_after_another_to_one_listener(self):
        accepts = self.calls("server", "accept")[:3]
        clients = [self.record.call("connect", lane) for lane in CLIENTS]
        self.assertEqual([call["socket"]["remote"] for call in accepts],
                         [call["socket"]["local"] for call in clients])
        self.assertEqual(len(self.calls("server", "listen")), 1)
        for call, before in zip(clients[1:], CLIENTS):
            self.assertLess(self.record.call("close", before)["t"], call["t"])

    def test_an_answer_left_unread_makes_the_close_a_reset(self):
        close = self.record.call("close", "client-2")
        self.assertEqual([line["cause"] for line in self.segments("RST", "ACK")], [close["n"]])
        received = [call.get("errno") for call in self.calls("server", "recv")]
        self.assertEqual(received.count("ECONNRESET"), 1)
        closed = [line["closed"] for line in self.record.of("connection")]
        self.assertEqual(closed, ["fin", "reset", "fin"])

    def test_the_server_survives_and_waits_again(self):
        self.assertEqual(text(self.calls("client-3", "recv")[0]), "STILL THERE?")
        last = self.calls("server")[-1]
        self.assertEqual((last["call"], last["restarted"]), ("accept", True))
        self.assertEqual(self.exit("server")["signal"], "SIGTERM")  # the scenario stopped it


if __name__ == "__main__":
    unittest.main()
