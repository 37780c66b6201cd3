"""What the demo half-open claims.

A client that is killed when its network is gone sends nothing that arrives: no FIN, no RST.
The server's end stays ESTABLISHED, and without keepalive its recv goes on waiting.
With keepalive the kernel gives the connection up, and recv fails with ETIMEDOUT.
When the network is back, data that is sent is answered with RST: ECONNRESET.
A FIN is answered with RST as well: the other end knows no such connection.
"""

import unittest

from course import Lesson, states


class HalfOpen(Lesson):
    demo = "half-open"

    def place(self, record, lane, what):
        """Where in the record that lane's program has come to that."""
        return next(place for place, line in enumerate(record.lines)
                    if line["type"] == "process" and line["lane"] == lane
                    and line["what"] == what)

    def sent_by(self, record, lane):
        """The flags of what a client's end has sent, also when the client was gone."""
        address = record.call("connect", lane)["socket"]["local"]
        lines = sorted(record.of("segment"), key=lambda line: line["t"])
        return [",".join(line["flags"]) for line in lines if line["from"] == address]

    def test_the_clients_are_killed_and_nothing_arrives(self):
        for record in self.records:
            for lane in ("client", "client-2", "client-3"):
                ended = record.lines[self.place(record, lane, "exit")]
                self.assertEqual(ended["signal"], "SIGKILL")
                self.assertNotIn("FIN,ACK", self.sent_by(record, lane))
                self.assertNotIn("RST,ACK", self.sent_by(record, lane))
            # The first one's server never sends anything that could be answered.
            self.assertEqual(set(self.sent_by(record, "client")), {"SYN", "ACK"})

    def test_with_keepalive_recv_fails(self):
        for record in self.records:
            self.assertEqual(record.call("recv", "server")["errno"], "ETIMEDOUT")
            self.assertEqual(states(record, "server"), ["SYN_RCVD", "ESTABLISHED", "CLOSED"])

    def test_without_it_recv_waits_until_the_server_is_stopped(self):
        for record in self.records:
            entered, = [line for line in record.of("enter")
                        if line["lane"] == "server-2" and line["call"] == "recv"]
            ended = self.place(record, "server-2", "exit")
            self.assertEqual(record.lines[ended]["signal"], "SIGTERM")
            self.assertLess(self.place(record, "server", "exit"), ended)
            returned = [call for call in record.calls("server-2", "recv") if call["ret"] >= 0]
            self.assertEqual(returned, [], entered)

    def test_the_fin_of_the_stopped_server_is_answered_with_a_reset(self):
        for record in self.records:
            self.assertEqual(self.sent_by(record, "client-2")[-1], "RST")
            closed = [line["closed"] for line in record.of("connection")
                      if line["ends"][0]["lane"] == "client-2"]
            self.assertEqual(closed, ["reset"])
            self.assertEqual(states(record, "server-2"),
                             ["SYN_RCVD", "ESTABLISHED", "FIN_WAIT_1", "CLOSED"])

    def test_who_speaks_is_told(self):
        for record in self.records:
            sends = record.calls("server-3", "send")
            self.assertEqual([call["ret"] for call in sends], [7, 9])
            self.assertEqual(self.sent_by(record, "client-3")[-1], "RST")
            answer, = [line for line in record.of("segment")
                       if line["flags"] == ["RST"] and line.get("cause") == sends[1]["n"]]
            self.assertEqual(answer["to"], "127.0.0.1:8002")
            self.assertEqual(record.call("recv", "server-3")["errno"], "ECONNRESET")


if __name__ == "__main__":
    unittest.main()
