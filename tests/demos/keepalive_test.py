"""What the demo keepalive claims:

Without being asked to, nobody keeps a connection alive; the times are 7200 s, 9 probes, 75 s.
With one second of idle time the kernel sends probes: no data, one byte too early.
Each probe is answered by an ACK, and no call is the cause of either.
The programs notice nothing: the client sleeps in one recv, which ends with the server's FIN.
"""

import unittest

from lessons import Lesson
from traced import arg


class Keepalive(Lesson):
    demo = "keepalive"

    def values(self, name):
        return {arg(call, "optname")["symbol"]: arg(call, "optval")["value"]
                for call in self.record.calls("server", name)}

    def test_the_times_that_linux_has_are_long(self):
        self.assertEqual(self.values("getsockopt"),
                         {"TCP_KEEPIDLE": 7200, "TCP_KEEPCNT": 9, "TCP_KEEPINTVL": 75})

    def test_it_is_switched_on_for_the_accepted_socket(self):
        self.assertEqual(self.values("setsockopt"),
                         {"TCP_KEEPIDLE": 1, "TCP_KEEPINTVL": 1, "TCP_KEEPCNT": 3,
                          "SO_KEEPALIVE": 1})
        accepted, = self.calls("server", "accept")
        for call in self.record.calls("server", "setsockopt"):
            self.assertEqual(call["socket"]["id"], accepted["socket"]["id"])

    def test_each_probe_is_answered(self):
        told = sorted((line for line in self.record.of("segment")
                       if line.get("remark", "").startswith("keepalive")),
                      key=lambda line: line["t"])
        self.assertGreaterEqual(len(told), 2)
        for probe, answer in zip(told[::2], told[1::2]):
            self.assertEqual((probe["remark"], probe["from_lane"], probe["length"]),
                             ("keepalive", "server", 0))
            self.assertEqual((answer["remark"], answer["from_lane"]),
                             ("keepalive_ack", "client"))
            self.assertEqual(probe["seq"] + 1, answer["ack"])
        self.assertEqual({line.get("cause") for line in told}, {None})

    def test_the_programs_notice_nothing(self):
        self.assertEqual(self.record.call("recv", "client")["ret"], 0)
        self.assertEqual(self.record.of("connection")[0]["closed"], "fin")
        self.assertEqual([end["bytes_sent"] for end in self.record.of("connection")[0]["ends"]],
                         [0, 0])


if __name__ == "__main__":
    unittest.main()
