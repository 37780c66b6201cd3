"""What the demo hostname claims:

A server bound to 127.0.1.1 is not reached at 127.0.0.1: ECONNREFUSED.
At 127.0.1.1 it is.
A server bound to 0.0.0.0 is reached at both.
The accepted socket has the address that the client has called, never 0.0.0.0.
"""

import unittest

from lessons import Lesson, result
from traced import arg


class Hostname(Lesson):
    demo = "hostname"

    def connected(self, lane):
        (connect,) = self.calls(lane, "connect")
        return arg(connect, "addr")["value"], result(connect)

    def test_who_is_bound_to_one_address_is_not_reached_at_the_other(self):
        self.assertEqual(arg(self.calls("server", "bind")[0], "addr")["value"], "127.0.1.1:8000")
        self.assertEqual(self.connected("client"), ("127.0.0.1:8000", "ECONNREFUSED"))

    def test_at_its_own_it_is(self):
        self.assertEqual(self.connected("client-2"), ("127.0.1.1:8000", 0))

    def test_who_is_bound_to_all_is_reached_at_both(self):
        self.assertEqual(arg(self.calls("server-2", "bind")[0], "addr")["value"], "0.0.0.0:8001")
        self.assertEqual(self.connected("client-3"), ("127.0.0.1:8001", 0))
        self.assertEqual(self.connected("client-4"), ("127.0.1.1:8001", 0))

    def test_what_is_accepted_has_the_address_that_was_called(self):
        listening, *accepted = self.said("server-2").splitlines()
        self.assertEqual(listening, "listening on 0.0.0.0:8001")
        self.assertEqual(
            accepted,
            ["a client has come to 127.0.0.1:8001", "a client has come to 127.0.1.1:8001"],
        )
        self.assertEqual(
            [end["address"] for end in self.ends("server-2")],
            ["127.0.0.1:8001", "127.0.1.1:8001"],
        )


if __name__ == "__main__":
    unittest.main()
