"""What the demo dual-stack claims:

A listening socket of AF_INET6 with IPV6_V6ONLY off takes clients of both families.
The IPv4 client appears under ::ffff:127.0.0.1, and its segments are IPv4 nevertheless.
With IPV6_V6ONLY the IPv4 client is refused and the IPv6 client is not.
"""

import unittest

from lessons import Lesson, value


class DualStack(Lesson):
    demo = "dual-stack"

    def test_one_listening_socket_takes_both_families(self):
        families = [value(self.record.call("socket", lane), "domain") for lane in ("client", "client-2")]
        self.assertEqual(families, ["AF_INET", "AF_INET6"])
        first, second = self.record.calls("server", "accept")
        self.assertEqual(first["args"][0]["socket"], second["args"][0]["socket"])
        self.assertRegex(value(first, "addr"), r"^\[::ffff:127\.0\.0\.1\]:\d+$")
        self.assertRegex(value(second, "addr"), r"^\[::1\]:\d+$")

    def test_each_client_is_told_its_address(self):
        self.assertEqual(self.said("client").splitlines(), ["for the server I am ::ffff:127.0.0.1"])
        self.assertEqual(self.said("client-2").splitlines(), ["for the server I am ::1"])

    def test_the_segments_of_the_ipv4_client_are_ipv4(self):
        lanes = {"client": "127.0.0.1:", "client-2": "[::1]:"}
        for segment in self.record.of("segment"):
            if segment["from_lane"] in lanes:
                self.assertTrue(segment["from"].startswith(lanes[segment["from_lane"]]), segment)

    def test_ipv6_only_refuses_the_ipv4_client(self):
        option = self.record.calls("server-2", "setsockopt")[1]
        self.assertEqual((value(option, "optname"), value(option, "optval")), ("IPV6_V6ONLY", 1))
        self.assertEqual(self.record.call("connect", "client-3")["errno"], "ECONNREFUSED")
        self.assertEqual(self.record.call("connect", "client-4")["ret"], 0)


if __name__ == "__main__":
    unittest.main()
