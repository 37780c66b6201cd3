"""FACTS.md section 3: listen, accept and the queues, row by row, found in the record.

Proved elsewhere:
    backlog + 1 connections wait              states_test: six connections wait for accept
    ECONNREFUSED: a RST came back             wire_test: a refused connect
    SYN_RCVD with TCP_DEFER_ACCEPT            queues_test: Handshakes
    the handshake needs no accept()           states_test: the handshake needs no accept
"""

import unittest

from facts import changes, errnos, script, segments, states

# Two handshakes fill the SYN queue of listen(1).
DEFERRED = """
listener = made(port=0)
listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)
listener.listen(1)
clients = [connected(listener) for i in range(2)]
"""


class Limit(unittest.TestCase):
    def test_it_is_the_smaller_of_backlog_and_somaxconn(self):
        _, record = script("""
for backlog in (2, 100, -1):
    sock = made()
    LIBC.listen(sock.fileno(), backlog)
    sock.listen(backlog)
""", "net.core.somaxconn=7")
        limits = [call["queues"]["backlog"] for call in record.calls(name="listen")]
        # Python makes 0 of a negative number, the kernel somaxconn.
        self.assertEqual(limits, [2, 2, 7, 7, 7, 0])

    def test_listen_binds_an_unbound_socket(self):
        _, record = script("made().listen()")
        self.assertNotIn("bind", record.names())
        address, port = record.call("listen")["socket"]["local"].split(":")
        self.assertEqual(address, "0.0.0.0")
        self.assertGreater(int(port), 0)


class Full(unittest.TestCase):
    """The SYN is dropped in silence, and connect() gives up by itself."""

    def refused(self, *options):
        printed, record = script("""
listener = listening(0)
first = connected(listener)
before = counter('ListenOverflows'), counter('ListenDrops')
attempt(connected, listener)
print(counter('ListenOverflows') - before[0], counter('ListenDrops') - before[1])
""", "net.ipv4.tcp_syn_retries=1", "net.ipv4.tcp_syn_linear_timeouts=0", *options)
        first, second = record.calls(name="connect")
        self.assertEqual((first["queues"]["accept"], first["queues"]["backlog"]), (1, 0))
        self.assertEqual(second["errno"], "ETIMEDOUT")
        # One SYN and its repetition, each dropped and counted; no answer to either.
        self.assertEqual(segments(record, second), ["SYN", "SYN"])
        self.assertEqual(printed, "2 2\n")
        waited = [s for s in record.of("state") if s.get("cause") == second["n"]]
        self.assertEqual([s["to"] for s in waited], ["SYN_SENT"])

    def test_the_client_stays_in_syn_sent_until_it_gives_up(self):
        self.refused()

    def test_it_is_never_refused_not_even_with_abort_on_overflow(self):
        self.refused("net.ipv4.tcp_abort_on_overflow=1")

    def overflow(self, *options):
        # The third client's SYN finds the SYN queue full: a cookie lets it in at once. The
        # third segment of the second then finds the accept queue full.
        _, record = script(DEFERRED + """
clients.append(connected(listener))
clients[0].send(b'data')
clients[1].send(b'data')
clients[1].setblocking(False)
attempt(clients[1].recv, 1)
""", *options)
        server = record.calls(name="connect")[1]["state"]["peer"]["socket"]
        return record, server

    def test_a_third_segment_without_room_leaves_the_server_in_syn_rcvd(self):
        record, server = self.overflow()
        self.assertEqual(changes(record, server)[0], "SYN_RCVD")
        self.assertNotIn("ESTABLISHED", changes(record, server))
        self.assertEqual(errnos(record, "recv"), ["EAGAIN"])

    def test_abort_on_overflow_resets_that_one(self):
        record, server = self.overflow("net.ipv4.tcp_abort_on_overflow=1")
        self.assertEqual(changes(record, server), ["SYN_RCVD", "CLOSED"])
        self.assertIn("RST", segments(record, record.calls(name="send")[1])[-1])
        self.assertEqual(errnos(record, "recv"), ["ECONNRESET"])


class Handshakes(unittest.TestCase):
    """Those under way wait in another table than those that accept() may take."""

    def third(self, *options):
        printed, record = script(DEFERRED + """
client = socket.socket()
client.setblocking(False)
attempt(client.connect, listener.getsockname())
print(counter('SyncookiesSent'))
""", *options)
        first, second, third = record.calls(name="connect")
        for call, count in ((first, 1), (second, 2)):
            self.assertEqual(call["state"]["peer"]["after"], "SYN_RCVD")
            self.assertEqual((call["queues"]["syn_rcvd"], call["queues"]["accept"]), (count, 0))
        return printed, third, record

    def test_when_that_overflows_syn_cookies_answer(self):
        printed, third, record = self.third()
        self.assertEqual(printed, "1\n")
        self.assertEqual(states(third)[1], "ESTABLISHED")
        self.assertEqual(segments(record, third), ["SYN", "SYN,ACK", "ACK"])
        # Nothing was kept of it that could have been deferred.
        self.assertEqual(states(third)[3], "ESTABLISHED")
        self.assertEqual((third["queues"]["syn_rcvd"], third["queues"]["accept"]), (2, 1))

    def test_without_cookies_the_syn_is_dropped(self):
        printed, third, record = self.third("net.ipv4.tcp_syncookies=0")
        self.assertEqual(printed, "0\n")
        self.assertEqual(states(third), ("CLOSED", "SYN_SENT", None, None))
        self.assertEqual(segments(record, third)[:1], ["SYN"])
        self.assertNotIn("SYN,ACK", segments(record, third))


class Accept(unittest.TestCase):
    def test_of_a_socket_that_does_not_listen(self):
        self.assertEqual(errnos(script("attempt(made(port=0).accept)")[1], "accept4"), ["EINVAL"])

    def test_with_a_negative_length_loses_the_connection(self):
        _, record = script("""
listener = listening()
client = connected(listener)
LIBC.accept(listener.fileno(), bytes(16), struct.pack('i', -1))
client.recv(1)
""")
        accept, recv = record.call("accept"), record.call("recv")
        self.assertEqual(accept["errno"], "EINVAL")
        self.assertEqual(record.call("connect")["queues"]["accept"], 1)
        self.assertEqual(accept["queues"]["accept"], 0)
        # Nobody has it: its end was closed.
        self.assertEqual((recv["ret"], recv["state"]["after"]), (0, "CLOSE_WAIT"))

    def test_nonblock_is_not_inherited(self):
        printed, record = script("""
import fcntl
listener = listening()
client = connected(listener)
listener.setblocking(False)
fd = LIBC.accept(listener.fileno(), None, None)
flags = [fcntl.fcntl(number, fcntl.F_GETFL) & os.O_NONBLOCK for number in (listener.fileno(), fd)]
print([bool(flag) for flag in flags])
""")
        self.assertEqual(record.call("accept")["socket"]["role"], "accepted")
        self.assertEqual(printed, "[True, False]\n")

    def test_succeeds_for_a_connection_that_was_reset_already(self):
        _, record = script("""
listener = listening()
reset_by(connected(listener))
conn, addr = listener.accept()
attempt(conn.recv, 1)
""")
        connect, close = record.call("connect"), record.calls(name="close")[0]
        self.assertEqual(states(close)[2:], ("ESTABLISHED", "CLOSED"))
        accept = record.call("accept4")
        self.assertNotIn("errno", accept)
        self.assertEqual(accept["socket"]["id"], connect["state"]["peer"]["socket"])
        self.assertEqual(errnos(record, "recv"), ["ECONNRESET"])

    def test_closing_the_listener_resets_what_waits(self):
        _, record = script("""
listener = listening()
clients = [connected(listener) for i in range(3)]
listener.close()
for client in clients:
    attempt(client.recv, 1)
""")
        close = record.calls(name="close")[0]
        self.assertEqual(states(close)[:2], ("LISTEN", "CLOSED"))
        resets = [s for s in record.of("segment") if "RST" in s["flags"]]
        self.assertEqual(len(resets), 3)
        self.assertEqual(errnos(record, "recv"), ["ECONNRESET"] * 3)

    def test_shutdown_of_the_listener_ends_an_accept_that_waits(self):
        _, record = script("""
listener = listening()
thread = in_thread(listener.accept)
listener.shutdown(socket.SHUT_RD)
thread.join()
""")
        accept, shutdown = record.call("accept4"), record.call("shutdown")
        self.assertEqual(accept["errno"], "EINVAL")
        self.assertLess(accept["t"], shutdown["t"])
        self.assertGreater(accept["t"] + accept["dur"], shutdown["t"])


if __name__ == "__main__":
    unittest.main()
