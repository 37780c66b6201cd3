"""FACTS.md section 5: closing, RST and TIME_WAIT, row by row, found in the record.

Proved elsewhere:
    who closes first ends in TIME_WAIT        states_test: who closes first, the server may too
    the closer is in FIN_WAIT_1 for a while   witnesses_test: fin_wait_1 lasts
    close() with unread data sends RST        wire_test: the reset of unread data is closes
    close() of one of several, shutdown       states_test: close of one of two, shutdown sends
    a killed program's FIN                    states_test: a killed program closes too
    open at once from both sides              states_test: self connect
"""

import os
import unittest

from facts import changes, errnos, script, segments, states

# The program's own look at what the kernel waits for.
TIMERS = """
def timer_of(port, state):
    (found,) = [(timer, left) for local, known, timer, left in rows(port)
                if local == port and known == state]
    return found
def port_of(sock):
    return sock.getsockname()[1]
"""


class TimeWait(unittest.TestCase):
    def test_it_lasts_60_s_whatever_tcp_fin_timeout_says(self):
        printed, record = script(TIMERS + """
listener, client, conn = pair()
port = port_of(client)
client.close()
conn.recv(1)
conn.close()
timer, left = timer_of(port, '06')
print(timer, 50 < left / os.sysconf('SC_CLK_TCK') <= 60)
""", "net.ipv4.tcp_fin_timeout=1")
        self.assertEqual(printed, "03 True\n")
        self.assertEqual(record.of("connection")[0]["ends"][0]["states"][-1], "TIME_WAIT")

    def test_there_is_no_tcp_tw_recycle_and_tcp_tw_reuse_is_not_for_bind(self):
        printed, record = script("""
print(os.path.exists('/proc/sys/net/ipv4/tcp_tw_recycle'))
listener, client, conn = pair()
address = conn.getsockname()
conn.close()
client.recv(1)
client.close()
listener.close()
attempt(made().bind, address)
""", "net.ipv4.tcp_tw_reuse=1")
        self.assertEqual(printed, "False\n")
        self.assertEqual(record.of("connection")[0]["ends"][1]["states"][-1], "TIME_WAIT")
        self.assertEqual(errnos(record, "bind")[-1], "EADDRINUSE")

    def test_linger_of_zero_leaves_none(self):
        printed, record = script("""
listener, client, conn = pair()
port = client.getsockname()[1]
reset_by(client)
print(rows(port))
""")
        self.assertEqual(printed, "[]\n")
        close = record.calls(name="close")[0]
        self.assertEqual(segments(record, close), ["RST,ACK"])
        self.assertEqual(states(close), ("ESTABLISHED", "CLOSED", "ESTABLISHED", "CLOSED"))


class Fin(unittest.TestCase):
    def test_fin_and_ack_share_a_segment_when_both_close_at_once(self):
        # The acknowledgement waits 40 ms for company; on a busy machine it may not get it.
        _, record = script("""
for i in range(10):
    listener, client, conn = pair()
    client.close()
    conn.close()
    listener.close()
""")
        first, second = ([call for call in record.calls(name="close")
                          if call["socket"].get("role") == role]
                         for role in ("connector", "accepted"))
        self.assertEqual([len(first), len(second)], [10, 10])
        both = [(segments(record, one), segments(record, other))
                for one, other in zip(first, second)]
        self.assertIn((["FIN,ACK"], ["FIN,ACK", "ACK"]), both)

    def test_shut_rd_sends_nothing(self):
        _, record = script("""
listener, client, conn = pair()
client.shutdown(socket.SHUT_RD)
client.recv(1)
conn.send(b'x')
""")
        shutdown = record.call("shutdown")
        self.assertEqual(segments(record, shutdown), [])
        self.assertEqual(states(shutdown), ("ESTABLISHED", "ESTABLISHED", None, None))
        self.assertEqual(record.call("recv")["ret"], 0)
        self.assertEqual(record.call("send")["state"]["before"], "ESTABLISHED")

    def test_close_sends_nothing_while_a_child_holds_it_and_shutdown_does(self):
        _, record = script("""
listener, client, conn = pair()
ready, go = os.pipe()
child = os.fork()
if child == 0:
    os.close(go)
    os.read(ready, 1)
    os._exit(0)
client.shutdown(socket.SHUT_WR)
client.close()
conn.recv(1)
conn.close()
os.close(go)
os.wait()
""")
        shutdown = record.call("shutdown")
        client, conn = (next(call for call in record.calls(name="close")
                             if call["socket"].get("role") == role)
                        for role in ("connector", "accepted"))
        self.assertEqual(segments(record, shutdown)[0], "FIN,ACK")
        self.assertEqual(states(shutdown)[2:], ("ESTABLISHED", "CLOSE_WAIT"))
        # Of data that came before an acknowledgement may be late.
        sent = segments(record, client) + segments(record, conn)
        self.assertEqual([flags for flags in sent if flags != "ACK"], [])
        self.assertEqual(states(conn)[:2], ("CLOSE_WAIT", "CLOSE_WAIT"))

    def test_close_in_another_thread_does_not_wake_recv(self):
        _, record = script("""
listener, client, conn = pair()
fd = client.fileno()
thread = in_thread(lambda: client.recv(10))
os.close(fd)
conn.send(b'later')
thread.join()
""")
        recv, close = record.call("recv"), record.calls(name="close")[0]
        self.assertEqual(close["socket"]["id"], recv["socket"]["id"])
        self.assertLess(recv["t"], close["t"])
        self.assertGreater(recv["t"] + recv["dur"], record.call("send")["t"])
        self.assertEqual(recv["ret"], 5)


class Waits(unittest.TestCase):
    def test_neither_close_wait_nor_a_held_fin_wait_2_has_a_timer(self):
        printed, record = script(TIMERS + """
listener, client, conn = pair()
client.shutdown(socket.SHUT_WR)
conn.recv(1)
while not [row for row in rows(port_of(client)) if row[1] == '05']:
    pass
print(timer_of(port_of(client), '05')[0],
      [row[2] for row in rows(port_of(client)) if row[1] == '08'])
client.getsockname()
conn.getsockname()
""")
        self.assertEqual(printed, "00 ['00']\n")
        client, conn = record.calls(name="getsockname")[-2:]
        self.assertEqual(states(client)[1], "FIN_WAIT_2")
        self.assertEqual(states(conn)[1], "CLOSE_WAIT")

    def test_tcp_fin_timeout_ends_a_fin_wait_2_that_nobody_holds(self):
        printed, record = script(TIMERS + """
listener, client, conn = pair()
port = port_of(client)
client.close()
conn.recv(1)
while [row for row in rows(port) if row[0] == port]:
    pass
print(rows(port)[0][1])
""", "net.ipv4.tcp_fin_timeout=1")
        self.assertEqual(printed, "08\n")
        client = record.call("connect")["socket"]["id"]
        self.assertEqual(changes(record, client)[-2:], ["FIN_WAIT_2", "CLOSED"])

    def test_a_host_that_vanishes_sends_nothing_and_keepalive_gives_up(self):
        if os.geteuid() != 0:
            self.skipTest("only root's programs have the right to, in an isolated network too")
        # The network goes down under the connection (netdevice(7)).
        _, record = script("""
listener, client, conn = pair()
for option, value in ((socket.TCP_KEEPIDLE, 1), (socket.TCP_KEEPINTVL, 1),
                      (socket.TCP_KEEPCNT, 1)):
    client.setsockopt(socket.IPPROTO_TCP, option, value)
client.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
import fcntl
SIOCSIFFLAGS = 0x8914
fcntl.ioctl(socket.socket(type=socket.SOCK_DGRAM), SIOCSIFFLAGS, struct.pack('16sH14x', b'lo', 0))
attempt(client.recv, 1)
""")
        self.assertEqual(errnos(record, "recv"), ["ETIMEDOUT"])
        self.assertEqual(states(record.call("recv"))[:2], ("ESTABLISHED", "CLOSED"))


class Reset(unittest.TestCase):
    # The end that is left sees SIGPIPE too.
    HANDLER = "signal.signal(signal.SIGPIPE, lambda *about: None)\n"

    def calls_after(self, what, body):
        """What recv and send gave: errno, or the number of bytes."""
        _, record = script(self.HANDLER + "listener, client, conn = pair()\n" + what + body)
        found = [call.get("errno", call["ret"]) for call in record.calls()
                 if call["call"] in ("recv", "send") and call["socket"]["role"] == "connector"]
        pipes = [line for line in record.of("process") if line.get("signal") == "SIGPIPE"]
        return found, len(pipes), record

    def test_the_first_call_gives_econnreset_then_recv_0_and_send_epipe(self):
        later = "attempt(client.recv, 1); attempt(client.send, b'x')\n"
        for first in ("recv, 1", "send, b'x'"):
            found, pipes, _ = self.calls_after(
                "reset_by(conn)\n", f"attempt(client.{first})\n" + later)
            self.assertEqual(found, ["ECONNRESET", 0, "EPIPE"])
            self.assertEqual(pipes, 1)

    def test_data_in_the_receive_buffer_is_still_read_first(self):
        found, _, record = self.calls_after(
            "conn.send(b'abc')\nreset_by(conn)\n",
            "attempt(client.recv, 9); attempt(client.recv, 9)\n")
        self.assertEqual(found, [3, "ECONNRESET"])
        self.assertEqual(states(record.calls(name="recv")[0])[1], "CLOSED")

    def test_the_peer_closed_send_works_once_and_its_answer_is_a_reset(self):
        # A RST that meets CLOSE_WAIT is no ECONNRESET.
        found, pipes, record = self.calls_after(
            "conn.close()\n",
            "client.send(b'x'); attempt(client.recv, 1); attempt(client.send, b'x')\n")
        self.assertEqual(found, [1, 0, "EPIPE"])
        self.assertEqual(pipes, 1)
        first = record.calls(name="send")[0]
        self.assertEqual(states(first)[:2], ("CLOSE_WAIT", "CLOSED"))
        self.assertIn("RST", segments(record, first))

    def test_that_meets_syn_sent_is_a_refusal(self):
        _, record = script("attempt(connected, made(port=0))")
        connect = record.call("connect")
        self.assertEqual(connect["errno"], "ECONNREFUSED")
        self.assertEqual(segments(record, connect), ["SYN", "RST,ACK"])

    def test_a_killed_program_with_unread_data_sends_one(self):
        _, record = script("""
listener, client, conn = pair()
client.send(b'unread')
ready, go = os.pipe()
child = os.fork()
if child == 0:
    client.close()
    os.close(go)
    os.read(ready, 1)
    os.kill(os.getpid(), signal.SIGKILL)
conn.close()
os.close(go)
os.waitpid(child, 0)
attempt(client.recv, 1)
""")
        self.assertEqual(errnos(record, "recv"), ["ECONNRESET"])
        (death,) = [line for line in record.of("process") if line.get("signal") == "SIGKILL"]
        self.assertEqual(death["what"], "exit")
        resets = [s for s in record.of("segment") if "RST" in s["flags"]]
        self.assertEqual([reset["from"] for reset in resets],
                         [record.call("connect")["socket"]["remote"]])


if __name__ == "__main__":
    unittest.main()
