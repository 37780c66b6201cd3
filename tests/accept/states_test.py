"""What is said about states: each as the kernel has it, at both ends (FACTS 1 to 5)."""

import unittest

from traced import PYTHON, arg, trace

HEAD = """
import os, socket, struct, sys, time
listener = socket.socket()
listener.bind(('127.0.0.1', 0))
"""

PAIR = HEAD + """
listener.listen(5)
client = socket.socket()
client.connect(listener.getsockname())
conn, addr = listener.accept()
"""


def script(body, head=PAIR):
    done, record = trace("--isolate", PYTHON, "-c", head + body)
    assert done.returncode == 0, done.stderr
    return record


class States(unittest.TestCase):
    def last(self, record, name):
        found = record.calls(name=name)
        self.assertTrue(found, record.names())
        return found[-1]

    def pair(self, call):
        state = call["state"]
        return (state.get("before"), state["after"],
                state.get("peer", {}).get("before"), state.get("peer", {}).get("after"))

    def test_listen_has_room_for_backlog_plus_one(self):
        record = script("listener.listen(5)", HEAD)
        listen = self.last(record, "listen")
        self.assertEqual(listen["state"]["after"], "LISTEN")
        self.assertEqual(listen["queues"]["backlog"], 5)
        self.assertEqual(listen["queues"]["accept"], 0)

    def test_six_connections_wait_for_accept_after_listen_5(self):
        record = script("""
listener.listen(5)
clients = []
for i in range(6):
    s = socket.socket()
    s.connect(listener.getsockname())
    clients.append(s)
for i in range(6):
    listener.accept()
""", HEAD)
        waiting = [c["queues"]["accept"] for c in record.calls(name="connect")]
        self.assertEqual(waiting, [1, 2, 3, 4, 5, 6])
        left = [c["queues"]["accept"] for c in record.calls(name="accept4")]
        self.assertEqual(left, [5, 4, 3, 2, 1, 0])
        queued = [c["state"]["peer"]["socket"] for c in record.calls(name="connect")]
        accepted = [c["socket"]["id"] for c in record.calls(name="accept4")]
        self.assertEqual(queued, accepted)

    def test_the_handshake_needs_no_accept(self):
        record = script("""
listener.listen(5)
client = socket.socket()
client.connect(listener.getsockname())
""", HEAD)
        connect = self.last(record, "connect")
        self.assertEqual(self.pair(connect), ("CLOSED", "ESTABLISHED", None, "ESTABLISHED"))

    def test_who_closes_first_ends_in_time_wait(self):
        record = script("client.close(); conn.close()")
        first, second = record.calls(name="close")[:2]
        self.assertEqual(first["state"]["before"], "ESTABLISHED")
        self.assertIn(first["state"]["after"], ("FIN_WAIT_1", "FIN_WAIT_2"))
        self.assertEqual(first["state"]["witness"], "sock_diag")
        self.assertEqual(first["state"]["peer"]["after"], "CLOSE_WAIT")
        self.assertEqual(second["state"]["before"], "CLOSE_WAIT")
        self.assertEqual(second["state"]["peer"]["after"], "TIME_WAIT")
        (connection,) = record.of("connection")
        self.assertEqual(connection["closed"], "fin")
        self.assertEqual(connection["ends"][0]["states"][-1], "TIME_WAIT")
        self.assertEqual(connection["ends"][1]["states"][-1], "CLOSED")

    def test_the_server_may_close_first_too(self):
        record = script("conn.close(); client.close()")
        (connection,) = record.of("connection")
        self.assertEqual(connection["ends"][1]["states"][-1], "TIME_WAIT")

    def test_half_close_keeps_the_other_direction(self):
        record = script("""
client.shutdown(socket.SHUT_WR)
conn.recv(10)
conn.send(b'still')
client.recv(10)
conn.close()
client.recv(10)
client.close()
""")
        shutdown = self.last(record, "shutdown")
        self.assertEqual(shutdown["state"]["before"], "ESTABLISHED")
        self.assertIn(shutdown["state"]["after"], ("FIN_WAIT_1", "FIN_WAIT_2"))
        self.assertEqual(shutdown["state"]["peer"]["after"], "CLOSE_WAIT")
        still = [c for c in record.calls(name="recv") if c["ret"] == 5][0]
        self.assertEqual(still["state"]["after"], "FIN_WAIT_2")
        last = self.last(record, "recv")
        self.assertEqual(last["state"]["after"], "TIME_WAIT")
        self.assertEqual(last["state"]["witness"], "sock_diag")

    def test_unread_data_makes_close_a_reset(self):
        record = script("conn.send(b'unread'); client.close()\n"
                        "try:\n  conn.recv(10)\nexcept ConnectionResetError:\n  pass\nconn.close()")
        close = record.calls(name="close")[0]
        self.assertEqual(self.pair(close), ("ESTABLISHED", "CLOSED", "ESTABLISHED", "CLOSED"))
        failed = record.calls(name="recv")[0]
        self.assertEqual(failed["errno"], "ECONNRESET")
        self.assertEqual(record.of("connection")[0]["closed"], "reset")

    def test_linger_zero_makes_close_a_reset(self):
        record = script("client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, "
                        "struct.pack('ii', 1, 0)); client.close(); conn.close()")
        self.assertEqual(record.calls(name="close")[0]["state"]["after"], "CLOSED")
        self.assertEqual(record.of("connection")[0]["closed"], "reset")

    def test_close_of_one_of_two_descriptors_sends_nothing(self):
        record = script("other = client.dup(); client.close(); other.close(); conn.close()")
        first, second = record.calls(name="close")[:2]
        self.assertEqual((first["state"]["before"], first["state"]["after"]),
                         ("ESTABLISHED", "ESTABLISHED"))
        self.assertNotIn("peer", first["state"])
        self.assertEqual(second["state"]["peer"]["after"], "CLOSE_WAIT")

    def test_shutdown_sends_the_fin_whoever_else_holds_it(self):
        record = script("other = client.dup(); client.shutdown(socket.SHUT_WR)")
        self.assertEqual(self.last(record, "shutdown")["state"]["peer"]["after"], "CLOSE_WAIT")

    def test_a_killed_program_closes_too(self):
        record = script("""
if os.fork() == 0:
    conn.close()
    listener.close()
    os.kill(os.getpid(), 9)
client.close()
os.wait()
conn.recv(1)
conn.close()
""")
        changes = [(s.get("from"), s["to"]) for s in record.of("state")]
        self.assertIn(("ESTABLISHED", "CLOSE_WAIT"), changes)

    def test_connection_refused(self):
        record = script("port = listener.getsockname(); listener.close()\n"
                        "s = socket.socket()\nassert s.connect_ex(port)", HEAD)
        connect = self.last(record, "connect")
        self.assertEqual(connect["errno"], "ECONNREFUSED")
        self.assertEqual(connect["state"]["after"], "CLOSED")
        self.assertTrue(connect["python"]["raises"].startswith("ConnectionRefusedError: [Errno 111]"))
        why = connect["notes"][0]
        self.assertIn("text", why)

    def test_a_full_queue_leaves_the_client_in_syn_sent(self):
        record = script("""
listener.listen(0)
first = socket.socket(); first.connect(listener.getsockname())
second = socket.socket(); second.setblocking(False)
second.connect_ex(listener.getsockname())
time.sleep(0.1)
second.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
""", HEAD)
        second = record.calls(name="connect")[-1]
        self.assertEqual(second["errno"], "EINPROGRESS")
        self.assertEqual(second["state"]["after"], "SYN_SENT")
        self.assertEqual(record.calls(name="connect")[0]["queues"]["accept"], 1)
        self.assertEqual(record.calls(name="getsockopt")[-1]["state"]["after"], "SYN_SENT")

    def test_a_blocked_connect_is_seen_in_syn_sent(self):
        record = script("""
listener.listen(0)
first = socket.socket(); first.connect(listener.getsockname())
import signal
signal.signal(signal.SIGALRM, lambda *a: (_ for _ in ()).throw(OSError()))
signal.setitimer(signal.ITIMER_REAL, 0.3)
second = socket.socket()
try:
    second.connect(listener.getsockname())
except OSError:
    pass
""", HEAD)
        self.assertIn(("CLOSED", "SYN_SENT"), [(s.get("from"), s["to"]) for s in record.of("state")])

    def test_a_fin_is_no_byte_in_the_receive_queue(self):
        record = script("client.send(b'12345'); client.close(); conn.recv(2); conn.recv(9)")
        queues = [c["queues"]["receive"] for c in record.calls(name="recv")]
        self.assertEqual(queues, [3, 0])

    def test_send_fills_the_receivers_queue(self):
        record = script("client.send(b'12345'); conn.recv(5, socket.MSG_PEEK)")
        self.assertEqual(self.last(record, "recv")["queues"]["receive"], 5)

    def test_ipv6_and_dual_stack(self):
        record = script("""
listener = socket.socket(socket.AF_INET6)
listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
listener.bind(('::', 0)); listener.listen(5)
port = listener.getsockname()[1]
four = socket.socket(); four.connect(('127.0.0.1', port))
six = socket.socket(socket.AF_INET6); six.connect(('::1', port))
for i in range(2):
    conn, addr = listener.accept(); conn.close()
four.close(); six.close()
""", "import socket\n")
        connects = record.calls(name="connect")
        self.assertEqual([c["state"]["peer"]["after"] for c in connects], ["ESTABLISHED"] * 2)
        self.assertEqual(arg(connects[1], "addr")["value"].split("]:")[0], "[::1")
        self.assertEqual([c["closed"] for c in record.of("connection")], ["fin", "fin"])
        for close in record.calls(name="close")[:2]:
            self.assertEqual(close["state"]["peer"]["after"], "CLOSE_WAIT")

    def test_self_connect_is_a_simultaneous_open(self):
        record = script("s = socket.socket(); s.bind(('127.0.0.1', 0)); "
                        "s.connect(s.getsockname()); s.send(b'x'); s.recv(1); s.close()", HEAD)
        connect = self.last(record, "connect")
        self.assertEqual(connect["state"]["after"], "ESTABLISHED")
        both = [connection["ends"] for connection in record.of("connection")
                if connection["ends"][0].get("socket") == connect["socket"]["id"]]
        self.assertEqual(len(both), 1)
        self.assertEqual(both[0][0], both[0][1])

    def test_a_socket_passed_to_another_process_stays_the_same_socket(self):
        record = script("""
import array
a, b = socket.socketpair()
if os.fork() == 0:
    client.close(); conn.close()
    data, anc, flags, addr = b.recvmsg(1, 64)
    fd = array.array('i', anc[0][2])[0]
    socket.socket(fileno=fd).send(b'passed')
    os._exit(0)
a.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [client.fileno()]))])
os.wait()
conn.recv(10)
""")
        connect = self.last(record, "connect")
        sent = [c for c in record.calls(name="send") if c.get("ret") == 6][0]
        self.assertEqual(sent["socket"]["id"], connect["socket"]["id"])


if __name__ == "__main__":
    unittest.main()
