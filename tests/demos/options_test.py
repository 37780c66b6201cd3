"""What the demo options claims:

Of a buffer Linux gives twice what was asked for.
The window offered in the handshake follows from the buffer that was set before it.
TCP_NODELAY is off until it is set.
Before connect there is no port of one's own, and no peer: ENOTCONN; after it there are both.
An accepted socket inherits the buffer of the listening one.
"""

import unittest

from lessons import Lesson, value


class Options(Lesson):
    demo = "options"

    def asked(self, lane, option):
        calls = self.record.calls(lane, "getsockopt")
        return [value(c, "optval") for c in calls if value(c, "optname") == option]

    def test_linux_gives_twice_the_buffer_that_was_asked_for(self):
        self.assertEqual(self.asked("client", "SO_RCVBUF")[-1], 2 * 50000)
        self.assertEqual(self.asked("client", "SO_SNDBUF"), [2 * 20000])

    def test_the_window_of_the_handshake_follows_from_the_buffer(self):
        first, second = (s for s in self.record.of("segment") if "SYN" in s["flags"])
        self.assertEqual((first["from_lane"], first["window"]), ("client", 50000))
        self.assertEqual((second["from_lane"], second["window"]), ("server", 30000))

    def test_nagle_is_on_until_tcp_nodelay_is_set(self):
        self.assertEqual(self.asked("client", "TCP_NODELAY"), [0, 1])

    def test_before_connect_there_is_neither_a_port_nor_a_peer(self):
        before, after = self.record.calls("client", "getsockname")
        self.assertEqual(value(before, "addr"), "0.0.0.0:0")
        self.assertRegex(value(after, "addr"), r"^127\.0\.0\.1:[1-9]\d*$")
        before, after = self.record.calls("client", "getpeername")
        self.assertEqual(before["errno"], "ENOTCONN")
        self.assertEqual(value(after, "addr"), "127.0.0.1:8000")

    def test_an_accepted_socket_inherits_the_buffer_of_the_listening_one(self):
        self.assertEqual(self.asked("server", "SO_RCVBUF"), [2 * 30000])
        accepted = self.record.calls("server", "getsockopt")[-1]["socket"]
        self.assertEqual(accepted["role"], "accepted")


if __name__ == "__main__":
    unittest.main()
