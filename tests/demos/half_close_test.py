"""What the demo half-close claims:

shutdown(SHUT_WR) sends the FIN and keeps the descriptor.
The client is in FIN_WAIT_2, and what the server sends then still arrives.
The server is in CLOSE_WAIT, and can send as long as it likes.
The four segments of the close stand apart: FIN, ACK, two answers, FIN, ACK.
"""

import unittest

from lessons import Lesson


def short(line):
    """client FIN: who sends what, and how much."""
    sender = "client" if line.get("from_lane") == "client" else "server"
    return f"{sender} {','.join(line['flags'])} {line['length']}"


class HalfClose(Lesson):
    demo = "half-close"

    def test_shutdown_sends_the_fin_and_the_descriptor_is_closed_at_the_end(self):
        shutdown = self.record.call("shutdown")
        first = next(line for line in self.record.of("segment") if "FIN" in line["flags"])
        self.assertEqual((first["cause"], first["from_lane"]), (shutdown["n"], "client"))
        self.assertEqual(shutdown["state"]["after"], "FIN_WAIT_1")
        self.assertEqual(self.record.names("client")[-2:], ["recv", "close"])

    def test_the_client_receives_in_fin_wait_2(self):
        self.assertEqual(self.states("client"),
                         ["CLOSED", "SYN_SENT", "ESTABLISHED",
                          "FIN_WAIT_1", "FIN_WAIT_2", "TIME_WAIT"])
        entered = next(place for place, line in enumerate(self.record.lines)
                       if line["type"] == "state" and line["to"] == "FIN_WAIT_2")
        received = [place for place, line in enumerate(self.record.lines)
                    if line["type"] == "call" and line["lane"] == "client"
                    and line["call"] == "recv" and line["ret"] > 0]
        self.assertEqual(len(received), 2)
        self.assertLess(entered, received[0])

    def test_the_server_sends_in_close_wait(self):
        self.assertEqual(self.states("server"),
                         ["SYN_RCVD", "ESTABLISHED", "CLOSE_WAIT", "LAST_ACK", "CLOSED"])
        sends = self.record.calls("server", "send")
        self.assertEqual([call["state"]["after"] for call in sends], ["CLOSE_WAIT"] * 2)

    def test_the_four_segments_of_the_close_stand_apart(self):
        lines = [short(line) for line in sorted(self.record.of("segment"), key=lambda x: x["t"])]
        close = lines[lines.index("client FIN,ACK 0"):]
        answers = [line for line in close if not line.endswith("ACK 0") or "FIN" in line]
        self.assertEqual(answers, ["client FIN,ACK 0", "server PSH,ACK 16",
                                   "server PSH,ACK 21", "server FIN,ACK 0"])
        # Each FIN has an acknowledgement of its own, and is followed by it.
        self.assertEqual(close[1], "server ACK 0")
        self.assertEqual(close[-1], "client ACK 0")


if __name__ == "__main__":
    unittest.main()
