"""What the demo simultaneous claims:

A socket that is bound to a port and connects to it is connected to itself.
Nobody listens and nobody accepts.
Its SYN meets its SYN: it goes from SYN_SENT through SYN_RCVD to ESTABLISHED.
What it sends it receives.
Its FIN meets its FIN: it goes from FIN_WAIT_1 through CLOSING to TIME_WAIT.
"""

import unittest

from lessons import Lesson


class Simultaneous(Lesson):
    demo = "simultaneous"

    def test_both_ends_of_the_connection_are_one_socket(self):
        connection, = self.record.of("connection")
        first, second = connection["ends"]
        self.assertEqual(first["socket"], self.record.call("connect")["socket"]["id"])
        self.assertEqual(first, second)
        self.assertEqual(first["address"], "127.0.0.1:8000")

    def test_nobody_listens_and_nobody_accepts(self):
        self.assertEqual(self.record.call("connect")["ret"], 0)
        self.assertEqual(self.record.names("self"),
                         ["socket", "bind", "connect", "send", "recv", "close"])

    def test_it_opens_and_closes_from_both_sides_at_once(self):
        self.assertEqual(
            self.record.of("connection")[0]["ends"][0]["states"],
            ["CLOSED", "SYN_SENT", "SYN_RCVD", "ESTABLISHED",
             "FIN_WAIT_1", "CLOSING", "TIME_WAIT"])

    def test_one_syn_and_one_fin_play_both_parts(self):
        self.assertEqual(len(self.segments("SYN")), 1)
        self.assertEqual(len(self.segments("SYN", "ACK")), 1)
        self.assertEqual(len(self.segments("FIN", "ACK")), 1)

    def test_what_it_sends_it_receives(self):
        sent, received = self.record.call("send"), self.record.call("recv")
        self.assertEqual(sent["socket"]["id"], received["socket"]["id"])
        self.assertEqual((sent["ret"], received["ret"]), (17, 17))


if __name__ == "__main__":
    unittest.main()
