"""What the demo syn-queue claims:

With TCP_DEFER_ACCEPT a client that has connected is ESTABLISHED, its end at the server SYN_RCVD.
The listening socket stays in LISTEN, and accept sleeps.
When the SYN queue is full, a SYN cookie makes the next connection, which accept returns at once.
What a client of the SYN queue sends completes its connection.
"""

import unittest

from lessons import Lesson, returned


class SynQueue(Lesson):
    demo = "syn-queue"

    def test_six_clients_are_established_here_and_syn_rcvd_there(self):
        connects = self.record.calls("client", "connect")
        self.assertEqual(len(connects), 6)
        for count, call in enumerate(connects, 1):
            self.assertEqual(call["state"]["after"], "ESTABLISHED")
            self.assertEqual(call["state"]["peer"]["after"], "SYN_RCVD")
            self.assertEqual((call["queues"]["accept"], call["queues"]["syn_rcvd"]),
                             (0, count))

    def test_accept_sleeps_meanwhile_and_the_listener_stays(self):
        first = self.calls("server", "accept")[0]
        last = self.record.calls("client", "connect")[-1]
        self.assertTrue(self.waited(first))
        self.assertGreater(returned(first), returned(last))
        listen = self.record.call("listen")
        self.assertEqual(listen["state"]["after"], "LISTEN")
        later = {line["to"] for line in self.record.of("state")
                 if line["socket"]["id"] == listen["socket"]["id"]}
        self.assertLessEqual(later, {"LISTEN", "CLOSED"})

    def test_the_one_that_finds_the_queue_full_is_accepted_first(self):
        late = self.record.call("connect", "client-2")
        self.assertEqual(self.calls("server", "accept")[0]["socket"]["remote"],
                         late["socket"]["local"])
        self.assertEqual(late["queues"]["syn_rcvd"], 6)

    def test_data_completes_the_others_in_their_order(self):
        first_send = self.record.calls("client", "send")[0]
        rest = self.calls("server", "accept")[1:7]
        self.assertEqual([call["socket"]["remote"] for call in rest],
                         [call["socket"]["local"] for call in self.record.calls("client", "connect")])
        for call in rest:
            self.assertGreater(returned(call), first_send["t"])
        self.assertEqual([call["ret"] for call in self.record.calls("server", "recv")],
                         [15] + [5] * 6)


if __name__ == "__main__":
    unittest.main()
