"""What the demo big-send claims:

With MSG_DONTWAIT send takes what there is room for, which is a part: a short send.
Without the flag it waits while the server does not receive.
It returns only when the rest is taken, and every byte arrives.
"""

import unittest

from lessons import Lesson, returned

SIZE = 1000000


class BigSend(Lesson):
    demo = "big-send"

    def test_send_takes_what_there_is_room_for(self):
        short = self.record.calls("client", "send")[0]
        self.assertGreater(short["ret"], 0)
        self.assertLess(short["ret"], SIZE)

    def test_without_the_flag_it_waits_until_the_server_receives(self):
        second = self.record.calls("client", "send")[1]
        self.assertTrue(self.waited(second))
        received = self.record.call("recv", "server")
        self.assertGreater(received["t"], second["t"])
        self.assertGreater(returned(second), received["t"])

    def test_every_byte_arrives(self):
        self.assertEqual(sum(c["ret"] for c in self.record.calls("client", "send")), SIZE)
        self.assertEqual(self.record.call("recv", "server")["ret"], SIZE)


if __name__ == "__main__":
    unittest.main()
