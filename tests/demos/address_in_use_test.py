"""What the demo address-in-use claims:

The server closes first, so that its end is left in TIME_WAIT, at the server's port.
Started again it cannot bind that port: EADDRINUSE.
With SO_REUSEADDR on the new socket alone it cannot either: the old one did not have it.
A server that sets SO_REUSEADDR before its first bind can be started again at once.
The second time its port is held by a TIME_WAIT as well.
"""

import unittest

from lessons import Lesson, result, returned, value


class AddressInUse(Lesson):
    demo = "address-in-use"

    def reuses(self, lane):
        """Whether SO_REUSEADDR was set before bind()."""
        names = [call["call"] for call in self.calls(lane, "setsockopt", "bind")]
        for call in self.calls(lane, "setsockopt"):
            self.assertEqual((value(call, "optname"), value(call, "optval")), ("SO_REUSEADDR", 1))
        return names == ["setsockopt", "bind"]

    def bound(self, lane):
        bind = self.record.call("bind", lane)
        return value(bind, "addr"), result(bind)

    def test_the_server_closes_first_and_is_left_in_time_wait(self):
        for lane in ("server", "server-4"):
            self.assertEqual(self.states(lane)[-1], "TIME_WAIT")
            self.assertIn("FIN_WAIT_1", self.states(lane))

    def test_started_again_it_cannot_bind(self):
        self.assertEqual(self.bound("server"), ("127.0.0.1:8000", 0))
        self.assertFalse(self.reuses("server"))
        self.assertEqual(self.bound("server-2"), ("127.0.0.1:8000", "EADDRINUSE"))
        self.assertFalse(self.reuses("server-2"))

    def test_to_reuse_the_address_is_too_late_then(self):
        self.assertTrue(self.reuses("server-3"))
        self.assertEqual(self.bound("server-3"), ("127.0.0.1:8000", "EADDRINUSE"))

    def test_a_server_that_reuses_it_from_the_start_can_be_started_again(self):
        for lane, client in (("server-4", "client-2"), ("server-5", "client-3")):
            self.assertTrue(self.reuses(lane))
            self.assertEqual(self.bound(lane), ("127.0.0.1:8001", 0))
            self.assertIn("hello and goodbye", self.said(client))

    def test_it_binds_beside_the_time_wait_of_the_first_run(self):
        first = self.record.call("close", "client-2")
        again = self.record.call("bind", "server-5")
        self.assertLess(returned(first), again["t"])
        self.assertLess(again["t"] - first["t"], 60_000_000_000)  # which is how long it lasts
        self.assertEqual(self.states("server-4")[-1], "TIME_WAIT")  # still, at the end


if __name__ == "__main__":
    unittest.main()
