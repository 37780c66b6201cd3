"""What the demo no-listen claims:

accept on a socket that is bound and does not listen fails with EINVAL.
The socket stays CLOSED: bind has changed no state.
With listen the same program waits, and gets its client.
"""

import unittest

from lessons import Lesson, result


class NoListen(Lesson):
    demo = "no-listen"

    def test_accept_fails_with_einval_though_bind_has_succeeded(self):
        self.assertEqual(
            [(call["call"], result(call)) for call in self.calls("server", "bind", "accept")],
            [("bind", 0), ("accept", "EINVAL")],
        )

    def test_the_socket_stays_closed(self):
        (accept,) = self.calls("server", "accept")
        self.assertEqual(accept["state"]["before"], "CLOSED")
        self.assertEqual(accept["state"]["after"], "CLOSED")

    def test_the_program_says_what_has_failed(self):
        self.assertIn("accept: Invalid argument", self.said("server"))

    def test_with_listen_it_gets_its_client(self):
        calls = self.calls("server-2", "bind", "listen", "accept")
        self.assertEqual([call["call"] for call in calls], ["bind", "listen", "accept"])
        self.assertEqual(calls[1]["state"]["after"], "LISTEN")
        self.assertNotIn("errno", calls[2])
        self.assertEqual(len(self.ends("client")), 1)


if __name__ == "__main__":
    unittest.main()
