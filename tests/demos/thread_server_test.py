"""What the demo thread-server claims:

The second client is answered while the first one is still connected.
Each client is served by a thread of its own, all in one process.
One close is enough, and the thread that serves makes it: it sends the FIN.
"""

import unittest

from lessons import Lesson


class ThreadServer(Lesson):
    demo = "thread-server"

    def test_the_second_client_is_answered_while_the_first_is_there(self):
        answered = self.record.calls("client-2", "recv")[0]
        self.assertLess(self.record.call("connect", "client")["n"], answered["n"])
        self.assertLess(answered["t"], self.record.call("send", "client")["t"])

    def test_each_client_is_served_by_a_thread_of_its_own(self):
        first, second = self.record.calls("server", "accept")
        for thread, connection in (("server/t2", first), ("server/t3", second)):
            sent = self.record.call("send", thread)
            self.assertEqual(sent["socket"]["id"], connection["socket"]["id"])
            self.assertEqual(sent["pid"], connection["pid"])
            self.assertNotEqual(sent["tid"], connection["tid"])

    def test_one_close_is_enough(self):
        fins = [s["cause"] for s in self.record.of("segment")
                if "FIN" in s["flags"] and s["from_lane"].startswith("server")]
        closes = [self.record.call("close", thread)["n"] for thread in ("server/t3", "server/t2")]
        self.assertEqual(fins, closes)
        self.assertEqual(len(self.record.calls("server", "close")), 1)  # the listening socket


if __name__ == "__main__":
    unittest.main()
