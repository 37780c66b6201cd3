"""What the demo unix-pair claims:

An AF_UNIX socket has a name in the place of address and port.
socketpair makes two connected sockets without a name.
There are no segments and no TCP states.
SCM_RIGHTS carries an open descriptor: the server writes to a socket that the client made.
That socket stays open when the client closes its number for it; only the server's close ends it.
"""

import unittest

from lessons import Lesson, payload, returned, value


class UnixPair(Lesson):
    demo = "unix-pair"

    def test_a_name_stands_in_the_place_of_address_and_port(self):
        for call in (self.record.call("bind"), self.record.call("connect")):
            self.assertEqual(value(call, "addr"), "unix:@gift")

    def test_there_are_no_segments_and_no_tcp_states(self):
        self.assertEqual(self.record.of("segment"), [])
        self.assertEqual(self.record.of("state"), [])
        self.assertEqual([c for c in self.record.of("call") if "state" in c], [])

    def test_the_server_writes_to_a_socket_that_the_client_made(self):
        gift, passed = self.record.call("write", "server"), self.record.call("sendmsg", "client")
        self.assertLess(self.record.call("socketpair", "client")["n"], passed["n"])
        self.assertEqual(self.record.calls("server", "socketpair"), [])
        closed = self.record.calls("client", "close")[0]  # the client's own number for the gift
        self.assertEqual(closed["socket"]["role"], "pair")
        self.assertEqual(gift["socket"]["role"], "pair")
        self.assertEqual(closed["socket"]["id"], gift["socket"]["id"])
        first, last = self.record.calls("client", "recv")
        self.assertEqual(payload(first), payload(gift))
        self.assertEqual(last["ret"], 0)

    def test_only_the_last_close_of_the_passed_socket_ends_it(self):
        last = self.record.calls("client", "recv")[1]
        gift = self.record.call("write", "server")["socket"]["id"]
        close = next(c for c in self.record.calls("server", "close") if c["socket"]["id"] == gift)
        self.assertGreater(returned(last), close["t"])


if __name__ == "__main__":
    unittest.main()
