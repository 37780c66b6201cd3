"""What the demo privileged-port claims:

bind to port 80 fails with EACCES, whoever plays the demo: its programs have no privileges.
The border lies at 1024: 1023 is refused, 1024 is not.
Port 0 is not refused, and becomes a port that is free.
"""

import unittest

from lessons import Lesson, result
from traced import arg


class PrivilegedPort(Lesson):
    demo = "privileged-port"

    def bound(self, lane):
        (bind,) = self.calls(lane, "bind")
        return arg(bind, "addr")["value"], result(bind)

    def test_port_80_is_refused(self):
        self.assertEqual(self.bound("server"), ("127.0.0.1:80", "EACCES"))
        self.assertIn("bind to port 80: Permission denied", self.said("server"))

    def test_the_border_lies_at_1024(self):
        self.assertEqual(self.bound("server-2"), ("127.0.0.1:1023", "EACCES"))
        self.assertEqual(self.bound("server-3"), ("127.0.0.1:1024", 0))

    def test_port_0_becomes_a_free_port(self):
        self.assertEqual(self.bound("server-4"), ("127.0.0.1:0", 0))
        (asked,) = self.calls("server-4", "getsockname")
        address = arg(asked, "addr")["value"]
        self.assertGreaterEqual(int(address.rpartition(":")[2]), 1024)
        self.assertIn(f"bound to {address}", self.said("server-4"))


if __name__ == "__main__":
    unittest.main()
