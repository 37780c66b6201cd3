"""The main job on real programs: each socket call in order and right, each state true."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

from traced import DEMOS, PYTHON, Record, SOCKTRACE, arg, free_port, needs, run, trace

SERVER = """
import socket, sys
server = socket.create_server(('127.0.0.1', int(sys.argv[1])))
conn, addr = server.accept()
data = conn.recv(1024)
conn.sendall(data.upper())
conn.close()
server.close()
"""

CLIENT = """
import socket, sys
sock = socket.create_connection(('127.0.0.1', int(sys.argv[1])))
sock.sendall(b'hello')
print(sock.recv(1024))
sock.close()
"""


class MainJob(unittest.TestCase):
    def valid(self, record):
        """Every line as INTERFACE promises; numbers in the order of entry."""
        try:
            import jsonschema
        except ImportError:
            jsonschema = None
        if jsonschema:
            with open("docs/record.schema.json", encoding="utf-8") as file:
                validator = jsonschema.Draft202012Validator(json.load(file))
            for line in record.lines:
                validator.validate(line)
        self.assertEqual(record.lines[0]["type"], "header")
        self.assertEqual(record.lines[-1]["type"], "end")
        self.assertEqual(record.lines[-1]["lost"], 0)
        by_number = sorted(record.calls(), key=lambda call: call["n"])
        self.assertEqual([c["t"] for c in by_number], sorted(c["t"] for c in by_number))

    def states(self, record, lane, fd=None):
        return [(c["call"], c["state"].get("before"), c["state"]["after"])
                for c in record.calls(lane, fd=fd) if "state" in c]

    def in_order(self, names, wanted):
        rest = iter(names)
        for name in wanted:
            self.assertIn(name, rest, f"{wanted} in {names}")

    def test_the_echo_demo_in_c(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "t.jsonl")
            done = run("-o", path, "--demo", "echo")
            self.assertEqual(done.returncode, 0, done.stderr)
            record = Record(path)
        self.valid(record)
        self.in_order(record.names("server"), ["socket", "bind", "listen", "accept", "close"])
        self.in_order(record.names("client"), ["socket", "connect", "close"])
        connect = record.call("connect")
        self.assertEqual(connect["state"]["before"], "CLOSED")
        self.assertEqual(connect["state"]["after"], "ESTABLISHED")
        self.assertEqual(connect["state"]["peer"]["lane"], "server")
        self.assertEqual(connect["state"]["peer"]["after"], "ESTABLISHED")
        listen = record.call("listen")
        self.assertEqual(listen["state"]["after"], "LISTEN")
        self.assertEqual(listen["state"]["witness"], "tcp_info")
        accept = record.call("accept")
        self.assertEqual(accept["socket"]["role"], "accepted")
        self.assertEqual(accept["state"]["after"], "ESTABLISHED")
        self.assertEqual(accept["socket"]["id"], connect["state"]["peer"]["socket"])
        (connection,) = record.of("connection")
        self.assertEqual(connection["closed"], "fin")
        self.assertEqual({end["lane"] for end in connection["ends"]}, {"server", "client"})
        for end in connection["ends"]:
            self.assertGreater(end["bytes_sent"], 0)
            self.assertEqual(end["states"][0] in ("CLOSED", "SYN_RCVD", "ESTABLISHED"), True)

    def test_a_python_server_and_its_client(self):
        port = free_port()
        with tempfile.TemporaryDirectory() as folder:
            for name, text in (("server.py", SERVER), ("client.py", CLIENT)):
                with open(os.path.join(folder, name), "w", encoding="ascii") as file:
                    file.write(textwrap.dedent(text))
            done, record = trace(
                f"--client={PYTHON} {folder}/client.py {port}", PYTHON, f"{folder}/server.py", port)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "b'HELLO'\n")
        self.valid(record)
        server, client = record.calls("server.py"), record.calls("client.py")
        self.in_order([c["call"] for c in server],
                      ["socket", "setsockopt", "bind", "listen", "accept4", "recv", "send",
                       "close", "close"])
        self.in_order([c["call"] for c in client], ["socket", "connect", "send", "recv", "close"])
        bind = record.call("bind")
        self.assertEqual(bind["python"]["code"], f"sock.bind(('127.0.0.1', {port}))")
        self.assertEqual(arg(bind, "addr")["value"], f"127.0.0.1:{port}")
        option = [c for c in server if c["call"] == "setsockopt"][0]
        self.assertEqual(option["python"]["code"],
                         "sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)")
        (sent,) = [c for c in client if c["call"] == "send"]
        self.assertEqual(arg(sent, "buf")["text"], "hello")
        self.assertEqual(sent["ret"], 5)

    def test_nc_listens(self):
        needs("nc")
        port = free_port()
        done, record = trace(f"--client=sh -c 'echo hello | nc -N 127.0.0.1 {port}'",
                             "nc", "-l", "127.0.0.1", port)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("hello\n", done.stdout)
        self.valid(record)
        names = record.names("nc")
        self.in_order(names, ["socket", "bind", "listen", "accept4", "read"])
        shutdown = [c for c in record.calls(name="shutdown") if arg(c, "how")["name"] and
                    c["state"]["after"].startswith("FIN_WAIT")]
        self.assertTrue(shutdown, record.calls(name="shutdown"))

    def test_http_server_and_curl(self):
        needs("curl")
        port = free_port()
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "index.html"), "w", encoding="ascii") as file:
                file.write("<p>hello</p>\n")
            done, record = trace(
                f"--client=curl -sS http://127.0.0.1:{port}/index.html",
                PYTHON, "-m", "http.server", "--directory", folder,
                "--bind", "127.0.0.1", port)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("<p>hello</p>", done.stdout)
        self.valid(record)
        self.in_order(record.names("http.server"), ["socket", "bind", "listen", "accept4"])
        # It answers each request in a thread of its own.
        self.in_order(record.names("http.server/t2"), ["recv", "send", "shutdown", "close"])
        request = [c for c in record.calls("curl") if c["call"] == "send"][0]
        self.assertTrue(arg(request, "buf")["text"].startswith("GET /index.html"))
        thread_lanes = {p["lane"] for p in record.of("process") if p["what"] == "thread"}
        self.assertTrue(all("/t" in lane for lane in thread_lanes), thread_lanes)
        # The server would never have ended: socktrace ended it, and that counts as success.
        signals = [p for p in record.of("process") if p["what"] == "signal"]
        self.assertIn("SIGTERM", [p["signal"] for p in signals])

    def test_an_untraced_peer_is_seen_through_our_end(self):
        port = free_port()
        server = subprocess.Popen(
            [sys.executable, "-c", "import socket, sys; s = socket.create_server(('127.0.0.1', "
             f"{port})); print(1, flush=True); c, a = s.accept(); c.recv(5); c.close()"],
            stdout=subprocess.PIPE)
        try:
            server.stdout.readline()
            script = ("import socket, time; s = socket.create_connection(('127.0.0.1', "
                      f"{port})); s.send(b'hello'); s.recv(9); s.close()")
            done, record = trace(PYTHON, "-c", script)
        finally:
            server.stdout.close()
            server.wait(10)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.valid(record)
        (received,) = record.calls(name="recv")
        self.assertEqual(received["state"]["after"], "CLOSE_WAIT")
        self.assertNotIn("peer", received["state"])

    def test_waiting_is_shown_and_completed_under_the_same_number(self):
        port = free_port()
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "t.jsonl")
            tracer = subprocess.Popen(
                [SOCKTRACE, "-o", path, PYTHON, "-c", SERVER, str(port)],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            try:
                deadline = time.monotonic() + 20
                while not os.path.exists(path) or '"enter"' not in open(path).read():
                    self.assertLess(time.monotonic(), deadline, "no waiting call is shown")
                    time.sleep(0.02)
                subprocess.run([sys.executable, "-c", CLIENT, str(port)], check=True,
                               capture_output=True, timeout=20)
                tracer.communicate(timeout=20)
            finally:
                tracer.kill()
                tracer.communicate()
            record = Record(path)
        self.valid(record)
        entered = [e for e in record.of("enter") if e["call"] == "accept4"]
        self.assertEqual(len(entered), 1)
        self.assertEqual(record.call("accept4")["n"], entered[0]["n"])
        self.assertNotIn("ret", entered[0])

    def test_what_never_returns_is_unfinished(self):
        done, record = trace(PYTHON, "-c", "import os, socket, signal; s = socket.create_server("
                             "('127.0.0.1', 0)); signal.setitimer(signal.ITIMER_REAL, 0.2); "
                             "s.accept()")
        self.assertEqual(done.returncode, -signal.SIGALRM)
        self.valid(record)
        ends = record.of("unfinished")
        self.assertEqual([e["why"] for e in ends], [] if not ends else ["killed"])
        self.assertEqual(record.of("process")[-1]["signal"], "SIGALRM")

    def test_only_what_is_asked_for_is_shown(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "t.jsonl")
            for wanted, names in (("bind,listen", {"bind", "listen"}), ("connect", {"connect"}),
                                  ("trace=setup,!close", {"socket", "bind", "listen", "accept",
                                                          "connect"})):
                with self.subTest(wanted):
                    run("-o", path, "-e", wanted, "--demo", "echo")
                    self.assertEqual(set(Record(path).names()), names)
            run("-o", path, "-Z", "--demo", "refused")
            self.assertEqual(set(Record(path).names()), {"connect"})
            run("-o", path, "-z", "--demo", "refused")
            self.assertNotIn("connect", Record(path).names())

    def test_sockets_a_program_was_started_with_are_known(self):
        script = ("import os, socket, sys; a, b = socket.socketpair(); os.dup2(a.fileno(), 0); "
                  "b.send(b'hello'); os.execvp(sys.argv[1], sys.argv[1:])")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "t.jsonl")
            done = subprocess.run([sys.executable, "-c", script, SOCKTRACE, "-o", path,
                                   "head", "-c", "5"], capture_output=True, text=True,
                                  check=False, timeout=20)
            self.assertEqual(done.stdout, "hello", done.stderr)
            (read,) = Record(path).calls(name="read")
        self.assertEqual(arg(read, "buf")["text"], "hello")
        self.assertEqual(read["socket"]["domain"], "AF_UNIX")

    def test_the_transcript_replays_byte_for_byte(self):
        for demo in ("echo", "upper", "refused", "address-in-use"):
            for python in ([], ["--python"]):
                with self.subTest(demo + "".join(python)), tempfile.TemporaryDirectory() as folder:
                    text, record = os.path.join(folder, "t.txt"), os.path.join(folder, "t.jsonl")
                    again = os.path.join(folder, "again.txt")
                    options = ["-tt", "-T"]
                    done = run(*options, "-o", text, "-o", record, "--demo", demo, *python)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    done = run(*options, "-o", again, "--replay", record)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    with open(text, "rb") as live, open(again, "rb") as replayed:
                        self.assertEqual(live.read(), replayed.read())


if __name__ == "__main__":
    unittest.main()
