"""What the demo urgent claims:

send with MSG_OOB sets the URG flag on its segment, and on no other.
The bytes travel in their order.
Only the last byte of what was sent with MSG_OOB is urgent: recv with MSG_OOB takes it out of its turn.
recv without MSG_OOB stops where the urgent byte was, and goes on behind it.
"""

import unittest

from lessons import Lesson, payload, value
from traced import arg


class Urgent(Lesson):
    demo = "urgent"

    def test_the_urg_flag_is_on_the_segment_of_msg_oob(self):
        urgent = self.record.calls("client", "send")[1]
        flagged = [s for s in self.record.of("segment") if "URG" in s["flags"]]
        self.assertEqual([(s["cause"], s["length"]) for s in flagged], [(urgent["n"], 4)])

    def test_the_bytes_travel_in_their_order(self):
        sent = [s for s in self.record.of("segment") if s["length"] and s["from_lane"] == "client"]
        sent = [s for s in sent if not s.get("retransmission")]
        self.assertEqual([s["relative"]["seq"] for s in sent], [1, 1 + 7, 1 + 7 + 4])

    def test_only_the_last_byte_is_urgent_and_recv_stops_where_it_was(self):
        self.assertEqual(
            [payload(c) for c in self.record.calls("server", "recv")],
            [b"!", b"before now", b" after", b""],
        )
        first = self.record.calls("server", "recv")[0]
        self.assertEqual(arg(first, "flags")["names"], ["MSG_OOB"])
        self.assertEqual(value(first, "len"), 1)


if __name__ == "__main__":
    unittest.main()
