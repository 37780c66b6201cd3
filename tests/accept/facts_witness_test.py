"""FACTS.md section 1: which witness sees what, row by row, found in the record.

Proved elsewhere, where both witnesses can be asked directly (tests/unit):
    only bound                                witnesses_test: a fresh and a bound socket
    a SYN is counted by sock_diag alone       sock_diag_test: a connect that nobody answers
    SYN_RCVD is a request socket              sock_diag_test: half open; queues_test: Handshakes
    a FIN is counted by sock_diag alone       witnesses_test: a fin is no byte
    after a RST sock_diag knows nothing       witnesses_test: after a reset
    TIME_WAIT: milliseconds left              sock_diag_test: the closing end passes
    a 4-tuple that is gone                    sock_diag_test: a four tuple that is gone
    a copy delays FIN                         witnesses_test: a copy is closed before
    a listener's TCP_INFO                     witnesses_test: a listener tells its queue
    SEIZE and INTERRUPT                       attach_test: what sleeps in accept with a timeout
The tracepoint's column has no witness yet.
"""

import os
import shutil
import subprocess
import tempfile
import unittest

from facts import HEAD, changes, script, states
from traced import LIMIT, PYTHON, SOCKTRACE, Record, arg, needs


class States(unittest.TestCase):
    def test_a_socket_that_is_made_or_bound_or_listens_is_seen_through_its_descriptor(self):
        _, record = script("sock = made(port=0); sock.listen(4)")
        made, bind, listen = (record.call(name) for name in ("socket", "bind", "listen"))
        self.assertEqual([call["state"]["after"] for call in (made, bind, listen)],
                         ["CLOSED", "CLOSED", "LISTEN"])
        self.assertEqual({call["state"]["witness"] for call in (made, bind, listen)}, {"tcp_info"})
        self.assertEqual((listen["queues"]["accept"], listen["queues"]["backlog"]), (0, 4))

    def test_a_syn_is_no_byte_in_the_send_queue(self):
        _, record = script("""
listener = listening(0)
first = connected(listener)
second = socket.socket()
second.setblocking(False)
attempt(second.connect, listener.getsockname())
""")
        second = record.calls(name="connect")[-1]
        self.assertEqual(states(second)[:2], ("CLOSED", "SYN_SENT"))
        self.assertEqual(second["state"]["witness"], "tcp_info")
        self.assertEqual(second["queues"]["send"], 0)

    def test_in_the_accept_queue_it_is_seen_before_it_has_a_descriptor(self):
        _, record = script("""
listener = listening()
client = connected(listener)
client.close()
conn, addr = listener.accept()
""")
        connect, accept = record.call("connect"), record.call("accept4")
        close = record.calls(name="close")[0]
        queued = connect["state"]["peer"]["socket"]
        self.assertEqual(states(connect)[3], "ESTABLISHED")
        self.assertEqual(close["state"]["peer"]["socket"], queued)
        self.assertEqual(states(close)[2:], ("ESTABLISHED", "CLOSE_WAIT"))
        # Found by its ends, then through its descriptor: one socket, by its cookie.
        self.assertEqual(accept["socket"]["id"], queued)
        self.assertEqual((accept["state"]["after"], accept["state"]["witness"]),
                         ("CLOSE_WAIT", "tcp_info"))

    def test_after_a_reset_the_descriptor_says_closed(self):
        _, record = script("listener, client, conn = pair()\nreset_by(conn)\nclient.getsockname()")
        name = record.calls(name="getsockname")[-1]
        self.assertEqual((name["state"]["after"], name["state"]["witness"]),
                         ("CLOSED", "tcp_info"))

    def test_what_the_program_closed_is_seen_by_its_ends(self):
        _, record = script("""
listener, client, conn = pair()
client.close()
conn.recv(1)
conn.close()
""")
        first, second = record.calls(name="close")[:2]
        self.assertEqual(first["state"]["witness"], "sock_diag")
        self.assertIn(first["state"]["after"], ("FIN_WAIT_1", "FIN_WAIT_2"))
        self.assertEqual(states(second)[3], "TIME_WAIT")
        self.assertEqual(changes(record, first["socket"]["id"])[-1], "TIME_WAIT")

    def test_an_ipv4_client_of_a_dual_stack_listener_is_ipv6_at_the_servers_end(self):
        _, record = script("""
listener = socket.create_server(('::', 0), family=socket.AF_INET6, dualstack_ipv6=True)
client = socket.create_connection(('127.0.0.1', listener.getsockname()[1]))
conn, addr = listener.accept()
""")
        connect, accept = record.call("connect")["socket"], record.call("accept4")["socket"]
        self.assertEqual((connect["domain"], accept["domain"]), ("AF_INET", "AF_INET6"))
        address, port = connect["local"].split(":")
        self.assertEqual(accept["remote"], f"[::ffff:{address}]:{port}")
        self.assertEqual(record.call("connect")["state"]["peer"]["socket"], accept["id"])


class Looking(unittest.TestCase):
    def test_the_cookie_is_the_identity(self):
        printed, record = script("""
SO_COOKIE = 57
listener, client, conn = pair()
for sock in (listener, client, conn):
    print(*struct.unpack('=Q', sock.getsockopt(socket.SOL_SOCKET, SO_COOKIE, 8)))
""")
        ids = [record.call(name)["socket"]["id"] for name in ("listen", "connect", "accept4")]
        self.assertEqual(printed.split(), ids)

    def test_the_pending_error_is_left_to_the_program(self):
        printed, record = script("""
import errno
closed, client = made(port=0), socket.socket()
client.setblocking(False)
client.connect_ex(closed.getsockname())
select.select([], [client], [])
client.getsockname()
print(errno.errorcode[client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)],
      client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
""")
        self.assertEqual(printed, "ECONNREFUSED 0\n")
        self.assertEqual(record.call("connect")["errno"], "EINPROGRESS")
        first, second = record.calls(name="getsockopt")
        self.assertEqual(arg(second, "optval")["value"], 0)
        self.assertEqual(first["state"]["after"], "CLOSED")


class Loopback(unittest.TestCase):
    def test_each_segment_is_there_once_though_it_passes_twice(self):
        _, record = script("listener, client, conn = pair()\nclient.send(b'once')")
        self.assertEqual([(",".join(s["flags"]), s["length"]) for s in record.of("segment")][:4],
                         [("SYN", 0), ("SYN,ACK", 0), ("ACK", 0), ("PSH,ACK", 4)])
        sent = [s for s in record.of("segment") if s["length"]]
        self.assertEqual(len(sent), 1)

    def test_checksums_are_not_computed(self):
        _, record = script("listener, client, conn = pair()")
        self.assertEqual([s.get("checksum_partial") for s in record.of("segment")][:3], [True] * 3)

    def test_a_segment_may_be_longer_than_any_network_takes(self):
        _, record = script("listener, client, conn = pair()\n"
                           "client.send(bytes(30000)); conn.recv(30000, socket.MSG_WAITALL)")
        # An Ethernet frame carries 1500 bytes.
        self.assertGreater(max(s["length"] for s in record.of("segment")), 1500)


class Unprivileged(unittest.TestCase):
    """In a user and a network namespace of its own."""

    def as_user(self, *arguments):
        user = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
            os.chmod(folder, 0o777)
            binary, path = shutil.copy(SOCKTRACE, folder), os.path.join(folder, "record.jsonl")
            done = subprocess.run([binary, "-o", path, *arguments], cwd="/", timeout=LIMIT,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  check=False, **user)
            if done.returncode and ("namespace" in done.stderr or "unshare" in done.stderr):
                self.skipTest(done.stderr.strip())
            self.assertEqual(done.returncode, 0, done.stderr)
            return Record(path)

    def test_sysctls_may_be_set_and_the_wire_be_seen(self):
        record = self.as_user("--isolate", "--sysctl=net.core.somaxconn=9", PYTHON, "-c",
                              HEAD + "listener = listening(100)\nclient = connected(listener)")
        self.assertEqual(record.call("listen")["queues"]["backlog"], 9)
        self.assertEqual([",".join(s["flags"]) for s in record.of("segment")][:3],
                         ["SYN", "SYN,ACK", "ACK"])

    def test_whoever_is_its_root_binds_port_80(self):
        needs("unshare")
        # The sysctl is the new network's own: nothing of the machine's makes it work.
        record = self.as_user("unshare", "-Urn", PYTHON, "-c", HEAD + """
print(1024, file=open('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'w'))
listener = made(port=80, address='0.0.0.0')
""")
        bind = record.call("bind")
        self.assertEqual((bind["ret"], bind["socket"]["local"]), (0, "0.0.0.0:80"))


if __name__ == "__main__":
    unittest.main()
