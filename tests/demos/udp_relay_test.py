"""What the demo udp-relay claims:

The relay serves three members with one socket, and nobody calls connect or accept.
Everybody hears what one says, except who says it.
A member has a port although it never calls bind: its first sendto gives it one.
A member waits for its terminal and its socket in one poll.
After a member has left, sendto to its port still succeeds, and nobody gets the datagram.
"""

import unittest

from lessons import Lesson, result, text
from traced import arg

MEMBERS = ("member", "member-2", "member-3")


def port(address):
    """A socket that no bind() gave an address has 0.0.0.0 for it: only its port is its own."""
    return address.rpartition(":")[2]


class UdpRelay(Lesson):
    demo = "udp-relay"

    def heard(self, lane):
        return [text(call) for call in self.calls(lane, "recv")]

    def test_the_relay_has_one_socket(self):
        self.assertEqual(len(self.calls("relay", "socket")), 1)
        for lane in ("relay", *MEMBERS):
            self.assertEqual(self.calls(lane, "connect", "listen", "accept"), [])

    def test_everybody_hears_what_one_says_except_who_says_it(self):
        self.assertEqual(
            self.heard("member"),
            ["Ben: I am here", "Chen: I am here", "Chen: 你好", "Ben: is Chen still there?"],
        )
        self.assertEqual(
            self.heard("member-2"), ["Chen: I am here", "Anna: hello, both of you", "Chen: 你好"]
        )
        self.assertEqual(self.heard("member-3"), ["Anna: hello, both of you"])

    def test_the_first_sendto_gives_a_member_its_port(self):
        senders = {port(arg(call, "addr")["value"]) for call in self.calls("relay", "recvfrom")[:3]}
        self.assertEqual(len(senders), 3)
        for lane in MEMBERS:
            self.assertEqual(self.calls(lane, "bind"), [])
            self.assertNotIn("local", self.calls(lane, "socket")[0]["socket"])
            self.assertIn(port(self.calls(lane, "sendto")[0]["socket"]["local"]), senders)

    def test_a_member_waits_for_both_in_one_poll(self):
        for lane in MEMBERS:
            ready = set()
            for poll in self.calls(lane, "poll"):
                watched = [
                    {field["name"]: field for field in item["fields"]}
                    for item in arg(poll, "fds")["items"]
                ]
                self.assertEqual([end["fd"]["value"] for end in watched], [0, 3])
                ready |= {i for i, end in enumerate(watched) if end["revents"]["value"]}
            self.assertEqual(ready, {0, 1})  # each of them has ended a poll

    def test_after_a_member_has_left_sendto_still_succeeds(self):
        last = self.calls("relay", "sendto")[-1]
        chen = self.calls("member-3", "sendto")[0]["socket"]["local"]
        self.assertEqual(port(arg(last, "addr")["value"]), port(chen))
        self.assertEqual(result(last), 25)
        self.assertGreater(last["t"], self.calls("member-3", "close")[0]["t"])
        (datagram,) = [s for s in self.record.of("segment") if s.get("cause") == last["n"]]
        self.assertNotIn("to_lane", datagram)


if __name__ == "__main__":
    unittest.main()
