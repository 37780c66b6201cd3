"""-p: running programs are watched and let go, and do not notice (INTERFACE 1, FACTS 1)."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

from traced import PYTHON, Record, SOCKTRACE, free_port, run

SERVER = """
import socket, sys
server = socket.create_server(('127.0.0.1', int(sys.argv[1])))
print('ready', flush=True)
while True:
    conn, addr = server.accept()
    while data := conn.recv(1000):
        conn.sendall(data.upper())
    conn.close()
"""


def state(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        return stat.read().rsplit(")", 1)[1].split()[0]


def tracer(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("TracerPid"))


class Attach(unittest.TestCase):
    def setUp(self):
        self.port = free_port()
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "t.jsonl")

    def start(self, script, *arguments):
        process = subprocess.Popen([PYTHON, "-u", "-c", textwrap.dedent(script), *arguments],
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), "ready\n")
        return process

    def server(self):
        return self.start(SERVER, str(self.port))

    def attach(self, *pids, options=()):
        process = subprocess.Popen(
            [SOCKTRACE, "-o", self.path, *options, "-p", ",".join(str(pid) for pid in pids)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        self.wait(lambda: all(tracer(pid) == process.pid for pid in pids))
        return process

    def wait(self, condition):
        deadline = time.monotonic() + 20
        while not condition():
            self.assertLess(time.monotonic(), deadline, "it did not come")
            time.sleep(0.01)

    def recorded(self, text):
        def is_there():
            if not os.path.exists(self.path):
                return False
            with open(self.path, encoding="utf-8") as file:
                return text in file.read()
        self.wait(is_there)

    def ask(self, word=b"hello"):
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as sock:
            sock.sendall(word)
            self.assertEqual(sock.recv(1000), word.upper())

    def test_a_sleeping_server_is_seen_and_let_go(self):
        server = self.server()
        socktrace = self.attach(server.pid)
        self.recorded('"enter"')
        self.ask()
        self.recorded('"call":"close"')
        socktrace.send_signal(signal.SIGINT)
        out, err = socktrace.communicate(timeout=20)
        self.assertEqual((socktrace.returncode, out, err), (0, "", ""))
        self.assertEqual(tracer(server.pid), 0)
        self.wait(lambda: state(server.pid) == "S")
        self.ask()
        record = Record(self.path)
        first = record.of("enter")[0]
        self.assertEqual(first["call"], "accept4")
        self.assertEqual(first["socket"]["role"], "listener")
        self.assertEqual(first["socket"]["local"], f"127.0.0.1:{self.port}")
        self.assertEqual(record.of("unfinished")[-1]["why"], "detach")
        whats = [p["what"] for p in record.of("process")]
        self.assertEqual((whats[0], whats[-1]), ("attach", "detach"))
        self.assertEqual([c["ret"] for c in record.calls(name="recv")], [5, 0])
        self.assertEqual(record.of("end")[0]["lost"], 0)

    def test_every_signal_that_ends_us_lets_the_program_go(self):
        server = self.server()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGKILL):
            with self.subTest(number):
                socktrace = self.attach(server.pid)
                socktrace.send_signal(number)
                socktrace.communicate(timeout=20)
                self.wait(lambda: tracer(server.pid) == 0 and state(server.pid) == "S")
                self.ask()

    def test_an_output_that_fails_lets_the_program_go(self):
        server = self.server()
        self.path = "|true"
        socktrace = self.attach(server.pid)
        for _ in range(100):
            self.ask()
            if tracer(server.pid) == 0:
                break
            time.sleep(0.05)
        _, err = socktrace.communicate(timeout=20)
        self.assertEqual(socktrace.returncode, 125)
        self.assertIn("Broken pipe", err)
        self.wait(lambda: tracer(server.pid) == 0 and state(server.pid) == "S")
        self.ask()

    def test_what_sleeps_in_accept_with_a_timeout_or_in_epoll_gets_no_eintr(self):
        server = self.start("""
            import ctypes, select, signal, socket, struct, sys, threading
            libc = ctypes.CDLL(None, use_errno=True)
            timed = socket.create_server(('127.0.0.1', 0))
            timed.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack('ll', 100, 0))
            bad = []
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
            def accept():
                if libc.accept(timed.fileno(), None, None) < 0:
                    bad.append(('accept', ctypes.get_errno()))
            def epoll():
                fd, events = libc.epoll_create1(0), ctypes.create_string_buffer(64)
                if libc.epoll_wait(fd, events, 1, 100000) < 0:
                    bad.append(('epoll_wait', ctypes.get_errno()))
            for function in (accept, epoll):
                threading.Thread(target=function, daemon=True).start()
            print('ready', flush=True)
            signal.sigwait([signal.SIGUSR1])
            print(bad, flush=True)
            """)
        time.sleep(0.2)
        for _ in range(20):
            socktrace = self.attach(server.pid)
            socktrace.send_signal(signal.SIGINT)
            socktrace.communicate(timeout=20)
            self.assertEqual(socktrace.returncode, 0)
        server.send_signal(signal.SIGUSR1)
        self.assertEqual(server.stdout.readline(), "[]\n")

    def test_every_thread_is_taken_and_let_go(self):
        server = self.start("""
            import socket, threading, time
            pairs = [socket.socketpair() for _ in range(20)]
            def echo(sock):
                while data := sock.recv(100):
                    sock.sendall(data)
            threads = [threading.Thread(target=echo, args=(b,), daemon=True) for a, b in pairs]
            for thread in threads:
                thread.start()
            print('ready', flush=True)
            for i in range(100000):
                for a, b in pairs:
                    a.sendall(b'x')
                    assert a.recv(1) == b'x'
                if i % 50 == 0:
                    print(i, flush=True)
            """)
        for _ in range(10):
            socktrace = self.attach(server.pid)
            for number in range(2, 22):
                self.recorded(f'/t{number}"')
            socktrace.send_signal(signal.SIGINT)
            out, err = socktrace.communicate(timeout=20)
            self.assertEqual((socktrace.returncode, err), (0, ""))
            self.assertEqual(Record(self.path).of("end")[0]["lost"], 0)
            for tid in os.listdir(f"/proc/{server.pid}/task"):
                self.assertNotIn(state(f"{server.pid}/task/{tid}"), "tT")
            os.unlink(self.path)
        self.assertIsNone(server.poll())

    def test_requests_go_on_while_we_come_and_go(self):
        server = self.server()
        client = subprocess.Popen(
            [sys.executable, "-c", "import select, socket, sys\ncount = 0\n"
             "while not select.select([sys.stdin], [], [], 0)[0]:\n"
             f"  s = socket.create_connection(('127.0.0.1', {self.port}))\n"
             "  s.sendall(b'abc'); assert s.recv(9) == b'ABC'; s.close(); count += 1\n"
             "print('all', count > 0)"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(20):
            socktrace = self.attach(server.pid)
            socktrace.send_signal(signal.SIGTERM)
            socktrace.communicate(timeout=20)
            self.assertEqual(socktrace.returncode, 0)
        out, _ = client.communicate(timeout=60)
        self.assertEqual(out, "all True\n")

    def test_children_of_an_attached_program_are_followed_and_let_go(self):
        server = self.start("""
            import os, socket, sys, time
            print('ready', flush=True)
            while True:
                time.sleep(0.05)
                pid = os.fork()
                if pid == 0:
                    socket.socket().close()
                    os._exit(0)
                assert os.waitpid(pid, 0)[1] == 0
            """)
        socktrace = self.attach(server.pid)
        self.recorded('"what":"exit"')
        socktrace.send_signal(signal.SIGINT)
        socktrace.communicate(timeout=20)
        self.assertEqual(socktrace.returncode, 0)
        self.assertIn("socket", Record(self.path).names())
        time.sleep(0.2)
        self.assertIsNone(server.poll())

    def test_a_client_for_a_server_that_runs_already(self):
        server = self.server()
        done = run("-o", self.path, f"--client={PYTHON} -c \"import socket; s = "
                   f"socket.create_connection(('127.0.0.1', {self.port})); s.sendall(b'x'); "
                   "print(s.recv(9))\"", "-p", server.pid)
        self.assertEqual((done.returncode, done.stdout), (0, "b'X'\n"), done.stderr)
        self.assertIsNone(server.poll())
        self.assertEqual(tracer(server.pid), 0)

    def test_a_program_a_running_one_and_a_client_together(self):
        # A listener that exists counts: the client is the running server's.
        running, port = self.server(), free_port()
        done = run("-o", self.path, f"--client={PYTHON} -c \"import socket; s = "
                   f"socket.create_connection(('127.0.0.1', {self.port})); s.sendall(b'x'); "
                   "print(s.recv(9))\"", "-p", running.pid,
                   PYTHON, "-u", "-c", textwrap.dedent(SERVER), port)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("b'X'", done.stdout)
        self.assertIsNone(running.poll())
        self.assertEqual(tracer(running.pid), 0)

    def test_a_program_that_ends_while_attached(self):
        server = self.server()
        socktrace = self.attach(server.pid)
        server.kill()
        socktrace.communicate(timeout=20)
        self.assertEqual(socktrace.returncode, 0)

    def test_errors_are_one_clear_line(self):
        for pid, says in (("999999999", "No such process"), ("fnord", "not a process id"),
                          ("", "not a process id")):
            with self.subTest(pid):
                done = run("-p", pid)
                self.assertEqual(done.returncode, 125)
        server = self.server()
        self.attach(server.pid)
        done = run("-p", server.pid)
        self.assertEqual(done.returncode, 125)
        self.assertIn("is traced by process", done.stderr)
        self.assertEqual(run("--isolate", "-p", "1").returncode, 125)


if __name__ == "__main__":
    unittest.main()
