"""What the demo echo claims:

A server makes seven calls, in this order: socket, bind, listen, accept, recv, send, close.
accept and recv wait until there is something.
The two characters 你好 travel as six bytes in one segment, and come back as they went.
When the client has closed, the server's recv returns zero.
A handshake opens the connection, and two FIN close it, the client's first.
"""

import unittest

from lessons import Lesson, payload, result, returned


class Echo(Lesson):
    demo = "echo"

    def test_a_server_makes_seven_calls(self):
        names = [call["call"] for call in self.calls("server") if call["call"] != "getsockname"]
        wanted = ["socket", "bind", "listen", "accept", "recv", "send", "close"]
        self.assertEqual(list(dict.fromkeys(names)), wanted)
        self.assertEqual([call for call in self.calls("server") if "errno" in call], [])

    def test_accept_waits_for_a_client(self):
        accept, connect = self.record.call("accept"), self.record.call("connect")
        self.assertTrue(self.waited(accept))
        self.assertLess(accept["t"], connect["t"])
        self.assertLess(connect["t"], returned(accept))

    def test_recv_returns_after_the_send_that_it_waits_for(self):
        for sender, receiver in (("client", "server"), ("server", "client")):
            sent, received = self.record.call("send", sender), self.calls(receiver, "recv")[0]
            self.assertLess(sent["t"], returned(received))

    def test_two_characters_are_six_bytes_there_and_back(self):
        for lane in ("client", "server"):
            self.assertEqual(payload(self.record.call("send", lane)), "你好".encode())
            self.assertEqual(payload(self.calls(lane, "recv")[0]), "你好".encode())
        lengths = [line["length"] for line in self.segments("PSH", "ACK")]
        self.assertEqual(lengths, [6, 6])

    def test_when_the_client_has_closed_recv_returns_zero(self):
        last = self.calls("server", "recv")[-1]
        self.assertEqual(result(last), 0)
        self.assertLess(self.record.call("close", "client")["t"], returned(last))

    def test_handshake_and_close(self):
        self.assertEqual([len(self.segments("SYN")), len(self.segments("SYN", "ACK"))], [1, 1])
        fins = sorted(self.segments("FIN", "ACK"), key=lambda line: line["t"])
        self.assertEqual([line["from_lane"] for line in fins], ["client", "server"])
        self.assertEqual(self.states("client")[-1], "TIME_WAIT")
        self.assertEqual(self.states("server")[-3:], ["CLOSE_WAIT", "LAST_ACK", "CLOSED"])


if __name__ == "__main__":
    unittest.main()
