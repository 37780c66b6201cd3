"""The tracepoint sock:inet_sock_set_state: each change of a traced socket's state, told by the
kernel when it happens, and nothing of anybody else's sockets."""

import collections
import ctypes
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
import unittest

from traced import PYTHON, SOCKTRACE, Record, needs, run, trace

PAIR = """
import os, select, socket, struct, sys
listener = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(listener.getsockname())
conn, _ = listener.accept()
def rest(sock):
    while sock.recv(100): pass
"""
RESET = "setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))\n"
OPENED = ["SYN_SENT", "ESTABLISHED"]

# Ends that wait for each other, so that each FIN is acknowledged before the next step. The other
# end's acknowledgement of a FIN may be 40 ms late, and then a program sees FIN_WAIT_1 before.
FIRST = "poller = select.poll(); poller.register(conn, select.POLLIN); poller.poll()\n"


def paths(record):
    """The states the tracepoint saw of each socket, by its id."""
    found = collections.defaultdict(list)
    for line in record.of("state"):
        if line["witness"] == "tracepoint":
            found[line["socket"]["id"]].append(line["to"])
    return found


def programs():
    """The ids of the BPF programs that the kernel has, None where one may not ask."""
    get_next_id, number = 11, {"x86_64": 321, "aarch64": 280}[os.uname().machine]
    libc, found, last = ctypes.CDLL(None, use_errno=True), set(), 0
    while True:
        attributes = ctypes.create_string_buffer(struct.pack("III", last, 0, 0), 64)
        if libc.syscall(number, get_next_id, attributes, 64) < 0:
            return found if ctypes.get_errno() == 2 else None  # ENOENT: no more
        last = struct.unpack_from("I", attributes, 4)[0]
        found.add(last)


class Tracepoint(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        done, record = trace("true")
        if "tracepoint" not in record.lines[0]["witnesses"]:
            raise unittest.SkipTest("there is no right to the tracepoint, or no such kernel")
        assert done.returncode == 0, done.stderr

    def script(self, body, head=PAIR, options=()):
        done, record = trace(*options, PYTHON, "-c", head + body)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(record.of("end")[0]["lost"], 0)
        self.ends = {}
        connect, accept = record.calls(name="connect"), record.calls(name="accept4")
        if connect and accept:
            self.ends = {"client": connect[0]["socket"]["id"], "server": accept[0]["socket"]["id"]}
        return record

    def seen(self, record, end):
        return paths(record)[self.ends[end]]

    def check(self, body, client, server):
        """Each end's path; what the tracepoint does not see of it is not in the lists."""
        record = self.script(body)
        self.assertEqual(self.seen(record, "client"), OPENED + client)
        self.assertEqual(self.seen(record, "server"), ["ESTABLISHED"] + server)
        return record


class Paths(Tracepoint):
    """FACTS 1 and 5. TIME_WAIT the tracepoint never shows: the last it says is FIN_WAIT_2."""

    def test_the_client_closes_first(self):
        record = self.check("client.close(); rest(conn); conn.close(); listener.close()",
                            ["FIN_WAIT_1", "FIN_WAIT_2"], ["CLOSE_WAIT", "LAST_ACK", "CLOSED"])
        client = next(end for end in record.of("connection")[0]["ends"]
                      if end["socket"] == self.ends["client"])
        self.assertEqual(client["states"], ["CLOSED", "SYN_SENT", "ESTABLISHED", "FIN_WAIT_1",
                                            "FIN_WAIT_2", "TIME_WAIT"])

    def test_the_server_closes_first(self):
        self.check("conn.close(); rest(client); client.close(); listener.close()",
                   ["CLOSE_WAIT", "LAST_ACK", "CLOSED"], ["FIN_WAIT_1", "FIN_WAIT_2"])

    def test_half_closed_it_goes_on_in_the_other_direction(self):
        self.check("client.shutdown(socket.SHUT_WR); rest(conn); conn.send(b'late')\n"
                   "conn.close(); rest(client); client.close(); listener.close()",
                   ["FIN_WAIT_1", "FIN_WAIT_2"], ["CLOSE_WAIT", "LAST_ACK", "CLOSED"])

    def test_linger_zero_ends_both_at_once(self):
        self.check(f"client.{RESET}client.close(); {FIRST}conn.close(); listener.close()",
                   ["CLOSED"], ["CLOSED"])

    def test_unread_data_ends_both_at_once(self):
        self.check(f"client.send(b'unread'); {FIRST}conn.close(); client.close(); listener.close()",
                   ["CLOSED"], ["CLOSED"])

    def test_a_listener(self):
        record = self.script("listener.close()",
                             "import socket; listener = socket.create_server(('127.0.0.1', 0))\n")
        self.assertEqual(list(paths(record).values()), [["LISTEN", "CLOSED"]])

    def test_nobody_listens(self):
        record = self.script("""
import socket
with socket.socket() as free:
    free.bind(('127.0.0.1', 0))
    client = socket.socket()
    try: client.connect(free.getsockname())
    except ConnectionRefusedError: pass
    client.close()
""", "")
        self.assertEqual(list(paths(record).values()), [["SYN_SENT", "CLOSED"]])
        self.assertEqual(record.of("connection"), [])

    def test_both_open_at_once(self):
        """One socket that connects to itself: its SYN crosses its SYN."""
        record = self.script("""
import socket
both = socket.socket(); both.bind(('127.0.0.1', 0)); both.connect(both.getsockname())
""", "")
        (path,) = paths(record).values()
        self.assertEqual(path[:3], ["SYN_SENT", "SYN_RCVD", "ESTABLISHED"])

    def test_over_ipv6(self):
        record = self.script("""
import socket
listener = socket.create_server(('::1', 0), family=socket.AF_INET6)
client = socket.create_connection(listener.getsockname()[:2])
conn, _ = listener.accept()
client.close(); conn.recv(1); conn.close()
""", "")
        self.assertEqual(self.seen(record, "client"), OPENED + ["FIN_WAIT_1", "FIN_WAIT_2"])
        self.assertEqual(self.seen(record, "server"),
                         ["ESTABLISHED", "CLOSE_WAIT", "LAST_ACK", "CLOSED"])

    def test_the_kernel_closes_what_a_killed_process_held(self):
        record = self.script("""
parent, last_holder = os.pipe()
child = os.fork()
if child == 0:
    listener.close(); conn.close(); os.read(parent, 1)
    os.kill(os.getpid(), 9)
client.close(); os.write(last_holder, b'x')
os.waitpid(child, 0)
rest(conn); conn.close()
""")
        self.assertEqual(self.seen(record, "client"), OPENED + ["FIN_WAIT_1", "FIN_WAIT_2"])
        left = [line for line in record.of("state") if line["to"] == "FIN_WAIT_1"]
        self.assertEqual([line.get("cause") for line in left], [None])


class Causes(Tracepoint):
    def causes(self, record, end):
        return [line.get("cause") for line in record.of("state")
                if line["witness"] == "tracepoint" and line["socket"]["id"] == self.ends[end]]

    def test_a_change_has_the_call_that_made_it(self):
        record = self.script("client.close(); rest(conn); conn.close(); listener.close()")
        connect = record.call("connect")["n"]
        own, other, _ = [call["n"] for call in record.calls(name="close")]
        self.assertEqual(self.causes(record, "server"), [connect, own, other, other])
        # When the other end acknowledges its FIN is the other end's affair: at once, or with its
        # own FIN.
        self.assertEqual(self.causes(record, "client")[:3], [connect, connect, own])
        self.assertIn(self.causes(record, "client")[3], (own, other, None))

    def test_it_happens_during_that_call(self):
        record = self.script("client.close(); rest(conn); conn.close(); listener.close()")
        calls = {call["n"]: call for call in record.of("call")}
        caused = [line for line in record.of("state") if "cause" in line]
        self.assertGreaterEqual(len(caused), 6)
        for line in caused:
            call = calls[line["cause"]]
            self.assertLessEqual(call["t"], line["t"])
            self.assertLessEqual(line["t"], call["t"] + call["dur"])

    def test_it_stands_before_the_line_of_that_call(self):
        record = self.script("client.close(); rest(conn); conn.close(); listener.close()")
        place = {line["n"]: i for i, line in enumerate(record.lines) if line["type"] == "call"}
        for i, line in enumerate(record.lines):
            if line["type"] == "state" and "cause" in line:
                self.assertLess(i, place[line["cause"]])

    def test_with_the_wire_each_has_its_place_among_the_segments(self):
        done, record = trace("--isolate", PYTHON, "-c",
                             PAIR + "client.close(); rest(conn); conn.close()")
        if done.returncode == 125 and "namespace" in done.stderr:
            self.skipTest(done.stderr.strip())
        both = [line for line in record.lines if line["type"] == "segment"
                or line.get("witness") == "tracepoint"]
        self.assertEqual({line["type"] for line in both}, {"segment", "state"})
        self.assertEqual([line["t"] for line in both], sorted(line["t"] for line in both))
        syn = next(i for i, line in enumerate(both) if line.get("flags") == ["SYN"])
        self.assertEqual(both[syn - 1].get("to"), "SYN_SENT")


class Others(Tracepoint):
    def test_nothing_is_said_of_other_peoples_sockets(self):
        """Beside the trace somebody connects as fast as he can, to the same listener too."""
        stop = threading.Event()

        def disturb():
            with socket.create_server(("127.0.0.1", 0)) as listener:
                while not stop.is_set():
                    with socket.create_connection(listener.getsockname()):
                        listener.accept()[0].close()

        thread = threading.Thread(target=disturb)
        thread.start()
        try:
            record = self.script(
                "for i in range(50):\n"
                "    socket.create_connection(listener.getsockname()).close()\n"
                "    listener.accept()[0].close()\n")
        finally:
            stop.set()
            thread.join()
        traced = {call["socket"]["id"] for call in record.of("call") if "socket" in call}
        self.assertGreater(len(paths(record)), 100)
        self.assertLessEqual(set(paths(record)), traced)

    def test_what_is_lost_of_others_is_no_loss(self):
        """More changes than the ring holds, while the program has no socket."""
        with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
            path = os.path.join(folder, "record.jsonl")
            with subprocess.Popen([SOCKTRACE, "-q", "-o", path, "sh", "-c", "echo up; read line"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tracer:
                self.assertEqual(tracer.stdout.readline(), b"up\n")
                for _ in range(20000):
                    with socket.socket() as listener:
                        listener.listen()
                tracer.communicate(b"go\n", timeout=30)
            record = Record(path)
        self.assertEqual(record.of("end")[0]["lost"], 0)
        self.assertEqual(record.of("state"), [])

    def test_a_client_that_is_not_traced_has_no_lines_and_its_server_has(self):
        with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
            path = os.path.join(folder, "record.jsonl")
            server = subprocess.Popen(
                [SOCKTRACE, "-q", "-o", path, PYTHON, "-c",
                 "import socket, sys\n"
                 "listener = socket.create_server(('127.0.0.1', 0))\n"
                 "print(listener.getsockname()[1], flush=True)\n"
                 "sys.stdin.readline()\n"  # the connection waits, and ends, in the queue
                 "conn, _ = listener.accept(); conn.recv(1); conn.close()"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            with server:
                port = int(server.stdout.readline())
                socket.create_connection(("127.0.0.1", port)).close()
                server.communicate("go\n", timeout=30)
            self.assertEqual(server.returncode, 0)
            record = Record(path)
        accept = record.call("accept4")
        self.assertEqual(paths(record)[accept["socket"]["id"]],
                         ["ESTABLISHED", "CLOSE_WAIT", "LAST_ACK", "CLOSED"])
        listener = record.call("listen")["socket"]["id"]
        self.assertEqual(set(paths(record)), {listener, accept["socket"]["id"]})
        # It had happened long before accept took it out of the queue, and was not its doing.
        early = [line for line in record.of("state")
                 if line["to"] in ("ESTABLISHED", "CLOSE_WAIT")]
        for line in early:
            self.assertNotIn("cause", line)
            self.assertLess(line["t"], accept["t"])


class Around(Tracepoint):
    def test_without_the_right_it_is_not_there_and_nothing_is_said(self):
        needs("setpriv")
        with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
            os.chmod(folder, 0o777)
            binary, path = os.path.join(folder, "socktrace"), os.path.join(folder, "record.jsonl")
            shutil.copy(SOCKTRACE, binary)
            done = subprocess.run(
                ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", binary, "-q",
                 "-o", path, PYTHON, "-c", PAIR + "client.close(); conn.close()"],
                capture_output=True, text=True, timeout=30, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            record = Record(path)
        self.assertEqual(record.lines[0]["witnesses"], ["tcp_info", "sock_diag"])
        self.assertEqual(paths(record), {})

    def left_behind(self, before):
        """The kernel takes a program away a moment after its last user is gone."""
        for _ in range(1000):
            left = programs() - before
            if not left:
                return left
            time.sleep(0.01)
        return left

    def test_it_leaves_no_program_and_no_mount_behind(self):
        with open("/proc/self/mountinfo", encoding="utf-8") as file:
            mounts = file.read()
        before = programs()
        self.assertIsNotNone(before)
        done = run("-o", os.devnull, "true")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.left_behind(before), set())
        with open("/proc/self/mountinfo", encoding="utf-8") as file:
            self.assertEqual(file.read(), mounts)

    def test_without_a_socket_no_program_is_loaded(self):
        with subprocess.Popen([SOCKTRACE, "-o", os.devnull, "sh", "-c", "echo up; read line"],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tracer:
            self.assertEqual(tracer.stdout.readline(), b"up\n")
            folder = f"/proc/{tracer.pid}/fd"
            held = [os.readlink(os.path.join(folder, fd)) for fd in os.listdir(folder)]
            self.assertIn("anon_inode:bpf-map", held)  # the right is there
            self.assertNotIn("anon_inode:bpf-prog", held)
            tracer.communicate(b"\n")

    def test_killed_it_leaves_no_program_behind(self):
        before = programs()
        waits = "import socket\nsocket.socket()\nprint('up', flush=True)\ninput()"
        with subprocess.Popen([SOCKTRACE, "-o", os.devnull, PYTHON, "-c", waits],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as tracer:
            self.assertEqual(tracer.stdout.readline(), b"up\n")
            self.assertNotEqual(programs() - before, set())
            tracer.send_signal(signal.SIGKILL)
        self.assertEqual(self.left_behind(before), set())

    def test_the_program_inherits_nothing_of_it(self):
        done, _ = trace("sh", "-c", "ls -l /proc/self/fd")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("bpf", done.stdout)

    def test_a_replay_says_the_same(self):
        with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
            text, record = os.path.join(folder, "run.txt"), os.path.join(folder, "run.jsonl")
            done = run("-o", text, "-o", record, PYTHON, "-c", PAIR + "client.close()")
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(text, encoding="utf-8") as file:
                self.assertEqual(run("--replay", record).stderr, file.read())


if __name__ == "__main__":
    unittest.main()
