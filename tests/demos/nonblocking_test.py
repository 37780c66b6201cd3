"""What the demo nonblocking claims:

accept and recv on a non-blocking socket fail with EAGAIN when nothing is there.
connect fails with EINPROGRESS, and SO_ERROR says later how it ended: 0, or ECONNREFUSED.
poll is where the programs wait; with a time limit it returns 0 when nothing came.
An accepted socket does not inherit the flag: recv on it waits.
"""

import unittest

from lessons import Lesson, value


class Nonblocking(Lesson):
    demo = "nonblocking"
    options = ("-e", "trace=all")

    def test_accept_with_nobody_there_fails_with_eagain_and_succeeds_after_poll(self):
        first, second = self.record.calls("server", "accept")
        self.assertEqual(first["errno"], "EAGAIN")
        self.assertEqual(second["ret"], 4)
        self.assertEqual(
            [c["call"] for c in self.record.calls("server") if first["n"] <= c["n"] <= second["n"]],
            ["accept", "poll", "accept"],
        )

    def test_connect_is_in_progress_and_so_error_says_how_it_ended(self):
        for lane, outcome in (("client", 0), ("client-2", "ECONNREFUSED")):
            names = self.record.names(lane)
            del names[: names.index("socket")]  # Python's selectors has tried epoll
            self.assertEqual(names[:5], ["socket", "ioctl", "connect", "poll", "getsockopt"])
            self.assertEqual(self.record.call("connect", lane)["errno"], "EINPROGRESS")
            error = self.record.call("getsockopt", lane)
            self.assertEqual(value(error, "optname"), "SO_ERROR")
            self.assertEqual(value(error, "optval"), outcome)

    def test_recv_with_nothing_there_fails_with_eagain(self):
        self.assertEqual(self.record.calls("client", "recv")[0]["errno"], "EAGAIN")

    def test_poll_with_a_time_limit_returns_zero(self):
        limited = self.record.calls("client", "poll")[1]
        self.assertEqual((value(limited, "timeout"), limited["ret"]), (200, 0))
        self.assertGreaterEqual(limited["dur"], 200_000_000)  # never less than was asked for
        self.assertIn("nothing came in 0.2 s", self.said("client").splitlines())

    def test_the_accepted_socket_waits(self):
        received = self.record.calls("server", "recv")
        self.assertEqual([c for c in received if "errno" in c], [])
        self.assertEqual([c["ret"] for c in received], [2, 0])


if __name__ == "__main__":
    unittest.main()
