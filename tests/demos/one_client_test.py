"""What the demo one-client claims:

The second client's connect and send succeed while the server serves the first.
Its connection waits in the accept queue, ESTABLISHED at the server's end.
The server accepts the second only after the first has closed.
Until then the second sleeps in recv, through all that the first says.
What it sent at the beginning lies in the receive buffer when it is accepted at last.
"""

import unittest

from lessons import Lesson, result, returned


class OneClient(Lesson):
    demo = "one-client"

    def test_connect_and_send_succeed_though_the_server_is_busy(self):
        self.assertEqual(
            [result(call) for call in self.calls("client-2", "connect", "send")], [0, 16]
        )

    def test_the_connection_waits_in_the_queue_established(self):
        (connect,) = self.calls("client-2", "connect")
        self.assertEqual(connect["queues"]["accept"], 1)
        self.assertEqual(connect["state"]["peer"]["after"], "ESTABLISHED")

    def test_the_second_is_accepted_only_after_the_first_has_closed(self):
        (close,) = self.calls("client", "close")
        second = self.calls("server", "accept")[1]
        self.assertGreater(returned(second), close["t"])

    def test_until_then_it_sleeps_through_all_that_the_first_says(self):
        (recv,) = self.calls("client-2", "recv")
        self.assertTrue(self.waited(recv))
        first_says = self.calls("client", "send")[1]
        self.assertLess(recv["t"], first_says["t"])
        self.assertGreater(returned(recv), self.calls("client", "close")[0]["t"])
        self.assertEqual(result(recv), 16)

    def test_its_line_has_been_there_all_the_time(self):
        second = self.calls("server", "accept")[1]
        self.assertEqual(second["queues"]["receive"], 16)


if __name__ == "__main__":
    unittest.main()
