"""What the demo half-open claims:

A client that is killed when its network is gone sends nothing that arrives: no FIN, no RST.
The server's end stays ESTABLISHED, and without keepalive its recv goes on waiting.
With keepalive the kernel gives the connection up, and recv fails with ETIMEDOUT.
When the network is back, data that is sent is answered with RST: ECONNRESET.
A FIN is answered with RST as well: the other end knows no such connection.
"""

import unittest

from lessons import Lesson, returned


class HalfOpen(Lesson):
    demo = "half-open"

    def sent_by(self, lane):
        """The flags of what a client's end has sent, also when the client was gone."""
        address = self.record.call("connect", lane)["socket"]["local"]
        lines = sorted(self.record.of("segment"), key=lambda line: line["t"])
        return [",".join(line["flags"]) for line in lines if line["from"] == address]

    def test_the_clients_are_killed_and_nothing_arrives(self):
        for lane in ("client", "client-2", "client-3"):
            self.assertEqual(self.exit(lane)["signal"], "SIGKILL")
            self.assertNotIn("FIN,ACK", self.sent_by(lane))
            self.assertNotIn("RST,ACK", self.sent_by(lane))
        # The first one's server never sends anything that could be answered.
        self.assertEqual(set(self.sent_by("client")), {"SYN", "ACK"})

    def test_with_keepalive_recv_fails(self):
        self.assertEqual(self.record.call("recv", "server")["errno"], "ETIMEDOUT")
        self.assertEqual(self.states("server"), ["SYN_RCVD", "ESTABLISHED", "CLOSED"])

    def test_without_it_recv_waits_until_the_server_is_stopped(self):
        entered, = [line for line in self.record.of("enter")
                    if line["lane"] == "server-2" and line["call"] == "recv"]
        ended = self.exit("server-2")
        self.assertEqual(ended["signal"], "SIGTERM")
        lines = self.record.lines
        self.assertLess(lines.index(self.exit("server")), lines.index(ended))
        returned = [call for call in self.record.calls("server-2", "recv") if call["ret"] >= 0]
        self.assertEqual(returned, [], entered)

    def test_the_fin_of_the_stopped_server_is_answered_with_a_reset(self):
        self.assertEqual(self.sent_by("client-2")[-1], "RST")
        closed = [line["closed"] for line in self.record.of("connection")
                  if line["ends"][0]["lane"] == "client-2"]
        self.assertEqual(closed, ["reset"])
        self.assertEqual(self.states("server-2"),
                         ["SYN_RCVD", "ESTABLISHED", "FIN_WAIT_1", "CLOSED"])

    def test_who_speaks_is_told(self):
        sends = self.record.calls("server-3", "send")
        self.assertEqual([call["ret"] for call in sends], [7, 9])
        self.assertEqual(self.sent_by("client-3")[-1], "RST")
        answer, = [line for line in self.record.of("segment")
                   if line["flags"] == ["RST"] and line.get("cause") == sends[1]["n"]]
        self.assertEqual(answer["to"], "127.0.0.1:8002")
        self.assertEqual(self.record.call("recv", "server-3")["errno"], "ECONNRESET")


if __name__ == "__main__":
    unittest.main()
