"""What the demo eof-loop claims:

After the client's FIN recv returns zero each time it is called, and never fails.
It does not wait for that: no recv that returns zero a second time was seen asleep.
Meanwhile the connection is in CLOSE_WAIT, since the server has not closed.
The repaired server calls recv once more after the message, and closes at its zero.
"""

import unittest

from lessons import Lesson, result


class EofLoop(Lesson):
    demo = "eof-loop"

    def test_recv_returns_zero_each_time_and_never_fails(self):
        results = [result(call) for call in self.calls("server", "recv")]
        self.assertEqual(results, [5, 0, 0, 0, 0, 0])
        self.assertIn("and so on, for ever", self.said("server"))

    def test_it_does_not_wait_for_that(self):
        again = self.calls("server", "recv")[2:]
        self.assertEqual([call for call in again if self.waited(call)], [])

    def test_the_connection_is_in_close_wait(self):
        for call in self.calls("server", "recv")[1:]:
            self.assertEqual(call["state"]["after"], "CLOSE_WAIT")

    def test_the_repaired_server_closes_at_the_first_zero(self):
        after = [(call["call"], result(call)) for call in self.calls("server-2")][-4:]
        self.assertEqual(after, [("recv", 5), ("recv", 0), ("close", 0), ("close", 0)])
        self.assertIn("the client has closed", self.said("server-2"))


if __name__ == "__main__":
    unittest.main()
