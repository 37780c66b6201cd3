"""What the demo udp-oneway claims:

sendto succeeds though nobody receives, and what it sent is lost: no later receiver gets it.
A second receiver cannot have the same port: EADDRINUSE.
A socket that is bound cannot be bound again: EINVAL; it keeps its first port.
Each recvfrom gives exactly what one sendto sent, the empty datagram too, which ends nothing.
The receiver sees the port to which the sender has bound itself.
Nobody calls listen, accept or connect.
"""

import unittest

from lessons import Lesson, result, text
from traced import arg


class UdpOneway(Lesson):
    demo = "udp-oneway"

    def test_sendto_to_nobody_succeeds_and_the_datagram_is_lost(self):
        (lost,) = self.calls("sender", "sendto")
        self.assertEqual(result(lost), 17)
        self.assertNotIn("anybody", self.said("receiver"))
        (datagram,) = [s for s in self.record.of("segment") if s.get("cause") == lost["n"]]
        self.assertNotIn("to_lane", datagram)  # it was on the wire, and reached no traced socket

    def test_a_second_receiver_cannot_have_the_port(self):
        bound = [result(call) for lane in ("receiver", "receiver-2")
                 for call in self.calls(lane, "bind")]
        self.assertEqual(bound, [0, "EADDRINUSE"])

    def test_a_socket_is_bound_once(self):
        self.assertEqual([result(c) for c in self.calls("sender-2", "bind")], [0, "EINVAL"])
        for call in self.calls("receiver", "recvfrom"):
            self.assertEqual(arg(call, "addr")["value"], "127.0.0.1:9001")

    def test_each_recvfrom_gives_one_sendto(self):
        sent = [text(call) for call in self.calls("sender-2", "sendto")]
        self.assertEqual(sent, ["hello", "你好", "", "exit"])
        self.assertEqual([text(c) for c in self.calls("receiver", "recvfrom")], sent)

    def test_there_is_no_connection(self):
        for lane in ("receiver", "sender", "sender-2"):
            self.assertEqual(self.calls(lane, "listen", "accept", "connect"), [])
        self.assertEqual(self.record.of("connection"), [])


if __name__ == "__main__":
    unittest.main()
