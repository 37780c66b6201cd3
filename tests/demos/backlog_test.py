"""What the demo backlog claims:

After listen(5) six connections are complete though nobody has called accept.
The SYN of the seventh client is dropped: nothing is sent back, and connect waits in SYN_SENT.
accept takes one connection out, and makes room for one.
The SYN that is sent again is answered then: no client is refused.
"""

import unittest

from lessons import Lesson, returned


class Backlog(Lesson):
    demo = "backlog"

    def place(self, wanted):
        """Where in the record that call has returned."""
        return next(place for place, line in enumerate(self.record.lines) if line is wanted)

    def test_six_connect_before_anybody_accepts(self):
        connects = self.record.calls("client", "connect")
        self.assertEqual([call["ret"] for call in connects], [0] * 6)
        self.assertEqual([call["queues"]["accept"] for call in connects], [1, 2, 3, 4, 5, 6])
        self.assertEqual({call["queues"]["backlog"] for call in connects}, {5})
        first = self.calls("server", "accept")[0]
        self.assertLess(self.place(connects[-1]), self.place(first))

    def test_the_seventh_gets_no_answer_until_one_has_been_accepted(self):
        late = self.record.call("connect", "client-2")
        first = self.calls("server", "accept")[0]
        self.assertEqual(first["queues"]["accept"], 5)
        seen = [line for line in self.record.of("segment")
                if late["socket"]["local"] in (line["from"], line["to"])]
        flags = [line["flags"] for line in seen]
        answered = flags.index(["SYN", "ACK"])
        self.assertGreaterEqual(answered, 2)
        self.assertEqual(flags[:answered], [["SYN"]] * answered)
        self.assertEqual({line.get("remark") for line in seen[1:answered]},
                         {"retransmission"})
        self.assertLess(returned(first), seen[answered]["t"])

    def test_it_waits_in_syn_sent(self):
        self.assertTrue(self.waited(self.record.call("connect", "client-2")))
        self.assertEqual(self.states("client-2")[:3], ["CLOSED", "SYN_SENT", "ESTABLISHED"])

    def test_nobody_is_refused(self):
        self.assertEqual([call.get("errno") for call in self.record.calls(name="connect")],
                         [None] * 7)
        self.assertEqual(len(self.record.of("connection")), 7)


if __name__ == "__main__":
    unittest.main()
