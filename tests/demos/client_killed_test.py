"""What the demo client-killed claims:

The kernel closes a killed program's socket: with everything read it sends FIN.
With unread data in the receive buffer it sends RST instead.
After the FIN the server's recv returns 0, after the RST it fails with ECONNRESET.
After a FIN the first send succeeds, and what comes back is a RST.
The RST that answers a send is caused by it, the one that tells of the kill by no call.
The second send fails with EPIPE, and SIGPIPE comes with it.
A C program that does not ignore SIGPIPE dies by it; a Python program that restores it does too.
After a RST every send fails with EPIPE.
"""

import unittest

from lessons import Lesson, result


class ClientKilled(Lesson):
    demo = "client-killed"

    def results(self, lane, name):
        return [result(call) for call in self.calls(lane, name)]

    def ends_of(self, client):
        """The connection's both ends, the client's first."""
        connection, = [line for line in self.record.of("connection")
                       if line["ends"][0].get("lane") == client]
        return connection["ends"]

    def sent_by(self, lane):
        """The flags of what the end in that lane sent last, whoever caused it."""
        address = self.ends_of(lane)[0]["address"]
        return [line["flags"] for line in self.record.of("segment") if line["from"] == address]

    def test_all_three_clients_are_killed_without_a_close(self):
        for lane in ("client", "client-2", "client-3"):
            self.assertNotIn("close", self.record.names(lane))
            self.assertEqual(self.exit(lane)["signal"], "SIGKILL")

    def test_with_everything_read_a_fin_is_sent_and_recv_returns_zero(self):
        self.assertIn(["FIN", "ACK"], self.sent_by("client"))
        self.assertEqual(self.results("server", "recv")[:2], [6, 0])
        first, second = self.ends_of("client")
        self.assertIn("FIN_WAIT_1", first["states"])
        self.assertIn("CLOSE_WAIT", second["states"])

    def test_with_unread_data_a_reset_is_sent_and_recv_fails(self):
        sent = self.sent_by("client-2")
        self.assertIn(["RST", "ACK"], sent)
        self.assertNotIn(["FIN", "ACK"], sent)
        self.assertEqual(self.results("server", "recv")[2:], [6, "ECONNRESET"])
        for end in self.ends_of("client-2"):
            self.assertEqual(end["states"][-2:], ["ESTABLISHED", "CLOSED"])

    def test_after_a_fin_one_send_succeeds_and_the_next_fails(self):
        self.assertEqual(self.results("server", "send")[:3], [2, 20, "EPIPE"])
        self.assertEqual(self.sent_by("client")[-1], ["RST"])

    def test_only_the_reset_that_answers_has_a_call_as_its_cause(self):
        sends = {call["n"]: call for call in self.record.calls(name="send")}
        for answer in self.segments("RST"):
            self.assertEqual(sends[answer["cause"]]["ret"], 20)
        self.assertEqual(["cause" in line for line in self.segments("RST", "ACK")], [False])

    def test_after_a_reset_every_send_fails(self):
        self.assertEqual(self.results("server", "send")[3:], [2, "EPIPE", "EPIPE"])

    def test_whoever_does_not_ignore_sigpipe_dies_by_it(self):
        self.assertEqual(self.results("server-2", "send"), [2, 20, "EPIPE"])
        self.assertEqual(self.exit("server-2")["signal"], "SIGPIPE")
        self.assertEqual(self.exit("server")["signal"], "SIGTERM")  # the scenario stopped it


if __name__ == "__main__":
    unittest.main()
