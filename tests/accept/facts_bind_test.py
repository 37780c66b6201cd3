"""FACTS.md section 2: who may bind to an address, row by row, found in the record.

Each cell of the table is a bind() after another socket's life; `old` says what is left of that.
"""

import os
import unittest

from facts import errnos, script
from traced import arg

LISTENS = "old = made(reuse, 0); old.listen(5); port = old.getsockname()[1]"
BOUND = "old = made(reuse, 0); port = old.getsockname()[1]"
# The accepted end closes first, and so has the TIME_WAIT.
TIME_WAIT = """
    old, client, conn = pair(reuse=reuse)
    port = old.getsockname()[1]
    conn.close()
    client.recv(1)
    client.close()
    old.close()
"""
ACCEPTED_LIVES = """
    old, client, conn = pair(reuse=reuse)
    port = old.getsockname()[1]
    old.close()
"""

IN_USE = "EADDRINUSE"


class Table(unittest.TestCase):
    def cells(self, old, then=""):
        """What bind() says where neither, only the new one, and both have SO_REUSEADDR."""
        _, record = script(f"""
for reuse in (0, 1):
    {old}
    for new_reuse in ((0, 1) if not reuse else (1,)):
        new = made(new_reuse)
        attempt(new.bind, ('127.0.0.1', port))
        {then if then else 'new.close()'}
""")
        asked = [call for call in record.calls(name="bind")
                 if not arg(call, "addr")["value"].endswith(":0")]
        self.assertEqual(len(asked), 3)
        return [call.get("errno") for call in asked], record

    def test_one_that_listens_holds_its_port_whatever_is_set(self):
        self.assertEqual(self.cells(LISTENS)[0], [IN_USE, IN_USE, IN_USE])

    def test_two_that_only_are_bound_share_it_if_both_want(self):
        found, record = self.cells(BOUND, then="if reuse: old.listen(); attempt(new.listen)")
        self.assertEqual(found, [IN_USE, IN_USE, None])
        self.assertEqual(errnos(record, "listen"), [None, IN_USE])

    def test_time_wait_holds_it_unless_the_old_socket_had_the_option_too(self):
        found, record = self.cells(TIME_WAIT)
        self.assertEqual(found, [IN_USE, IN_USE, None])
        left = [c for c in record.of("connection")]
        self.assertEqual([c["ends"][1]["states"][-1] for c in left], ["TIME_WAIT"] * 2)

    def test_a_connection_holds_it_when_its_listener_is_gone(self):
        self.assertEqual(self.cells(ACCEPTED_LIVES)[0], [IN_USE, IN_USE, None])


class Rows(unittest.TestCase):
    def binds(self, body, *options, **how):
        return errnos(script(body, *options, **how)[1], "bind")

    def test_reuseport_needs_both(self):
        found = self.binds("""
for old, new in ((0, 1), (1, 0), (1, 1)):
    first = made(old, 0, option=socket.SO_REUSEPORT)
    attempt(made(new, option=socket.SO_REUSEPORT).bind, first.getsockname())
""")
        self.assertEqual(found, [None, IN_USE, None, IN_USE, None, None])

    def test_reuseport_needs_the_same_user(self):
        if os.geteuid() != 0:
            self.skipTest("only root may become another user")
        found = self.binds("""
first = made(1, 0, option=socket.SO_REUSEPORT)
os.setuid(65534)
attempt(made(1, option=socket.SO_REUSEPORT).bind, first.getsockname())
""", isolate=False)
        self.assertEqual(found, [None, IN_USE])

    def test_a_wildcard_conflicts_with_an_address_and_two_addresses_do_not(self):
        found = self.binds("""
first = made(port=0)
port = first.getsockname()[1]
attempt(made().bind, ('0.0.0.0', port))
attempt(made().bind, ('127.0.0.2', port))
""")
        self.assertEqual(found, [None, IN_USE, None])

    def test_the_ipv6_wildcard_conflicts_with_that_of_ipv4_unless_v6only(self):
        found = self.binds("""
first = made(port=0, address='0.0.0.0')
for v6only in (0, 1):
    new = made(family=socket.AF_INET6)
    new.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, v6only)
    attempt(new.bind, ('::', first.getsockname()[1]))
""")
        self.assertEqual(found, [None, IN_USE, None])

    def test_binding_twice(self):
        self.assertEqual(self.binds("attempt(made(port=0).bind, LOCAL)"), [None, "EINVAL"])

    def test_an_address_of_nobody_here(self):
        self.assertEqual(self.binds("attempt(made().bind, ('192.0.2.1', 0))"), ["EADDRNOTAVAIL"])

    def test_a_low_port_is_a_matter_of_the_sysctl_and_the_capability(self):
        # capset(2): version 3, this process, nothing in any set.
        found = self.binds("""
attempt(made().bind, ('127.0.0.1', 79))
header, nothing = struct.pack('=Ii', 0x20080522, 0), bytes(24)
assert LIBC.syscall(126 if platform.machine() == 'x86_64' else 91, header, nothing) == 0
attempt(made().bind, ('127.0.0.1', 79))
attempt(made().bind, ('127.0.0.1', 80))
""", "net.ipv4.ip_unprivileged_port_start=80")
        with_it = None if os.geteuid() == 0 else "EACCES"
        self.assertEqual(found, [with_it, "EACCES", None])

    def test_the_family_in_the_address(self):
        found = self.binds("""
for family, address in ((socket.AF_INET6, bytes(4)), (socket.AF_UNSPEC, bytes(4)),
                        (socket.AF_UNSPEC, bytes([127, 0, 0, 1]))):
    sock = made()
    LIBC.bind(sock.fileno(), struct.pack('=HH', family, 0) + address + bytes(8), 16)
""")
        self.assertEqual(found, ["EAFNOSUPPORT", None, "EAFNOSUPPORT"])

    def test_a_short_address(self):
        found = self.binds("sock = made()\n"
                           "LIBC.bind(sock.fileno(), struct.pack('=H', 2) + bytes(14), 8)")
        self.assertEqual(found, ["EINVAL"])


if __name__ == "__main__":
    unittest.main()
