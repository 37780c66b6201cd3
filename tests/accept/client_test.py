"""--client: when clients start, who has the terminal, how the run ends."""

import os
import signal
import tempfile
import time
import unittest

from traced import PYTHON, Record, free_port, needs, run, trace

# Serves for ever: one connection after the other.
FOREVER = """
import socket
server = socket.create_server(('127.0.0.1', {port}))
while True:
    conn, addr = server.accept()
    conn.sendall(conn.recv(100).upper())
    conn.close()
"""

ASK = "python3 -c \"import socket; s = socket.create_connection(('127.0.0.1', {port})); " \
      "s.sendall(b'{word}'); print(s.recv(100)); s.close()\""


class Client(unittest.TestCase):
    def setUp(self):
        self.port = free_port()

    def ask(self, word):
        return ASK.format(port=self.port, word=word).replace("python3", PYTHON)

    def test_a_server_that_never_ends_is_ended_when_it_idles(self):
        started = time.monotonic()
        done, record = trace(f"--client={self.ask('one')}", PYTHON, "-c",
                             FOREVER.format(port=self.port))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "b'ONE'\n")
        signals = [p for p in record.of("process") if p["what"] == "signal"]
        self.assertEqual([p["signal"] for p in signals], ["SIGTERM"])
        self.assertGreater(time.monotonic() - started, 1.0)

    def test_a_server_that_polls_with_a_timeout_idles_too(self):
        script = ("import select, socket; s = socket.create_server(('127.0.0.1', "
                  f"{self.port}));\nwhile True:\n  r, _, _ = select.select([s], [], [], 0.3)\n"
                  "  if r:\n    c, a = s.accept(); c.sendall(c.recv(9).upper()); c.close()")
        done, _ = trace(f"--client={self.ask('one')}", PYTHON, "-c", script)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "b'ONE'\n")

    def test_clients_come_one_after_the_other(self):
        done, record = trace(f"--client={self.ask('one')}", f"--client={self.ask('two')}",
                             PYTHON, "-c", FOREVER.format(port=self.port))
        self.assertEqual(done.stdout, "b'ONE'\nb'TWO'\n", done.stderr)
        lanes = [p["lane"] for p in record.of("process") if p["what"] == "start"]
        self.assertEqual(len(set(lanes)), 3, lanes)
        first_end = next(p["t"] for p in record.of("process")
                         if p["what"] == "exit" and p["lane"] == lanes[1])
        second_start = next(p["t"] for p in record.of("process")
                            if p["what"] == "start" and p["lane"] == lanes[2])
        self.assertGreater(second_start, first_end)

    def test_an_ampersand_does_not_wait(self):
        done, record = trace("--client=&sleep 1", f"--client={self.ask('two')}",
                             PYTHON, "-c", FOREVER.format(port=self.port))
        self.assertEqual(done.stdout, "b'TWO'\n", done.stderr)
        sleep_end = next(p["t"] for p in record.of("process")
                         if p["what"] == "exit" and p["lane"] == "sleep")
        last_start = [p["t"] for p in record.of("process") if p["what"] == "start"][-1]
        self.assertLess(last_start, sleep_end)

    def test_a_udp_server_is_ready_when_it_has_bound(self):
        script = ("import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); "
                  f"s.bind(('127.0.0.1', {self.port})); d, a = s.recvfrom(100); s.sendto(d, a)")
        client = (f"{PYTHON} -c \"import socket; s = socket.socket(socket.AF_INET, "
                  f"socket.SOCK_DGRAM); s.sendto(b'x', ('127.0.0.1', {self.port})); "
                  "print(s.recv(9))\"")
        done, _ = trace(f"--client={client}", PYTHON, "-c", script)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout, "b'x'\n")

    def test_a_program_that_ends_without_listening(self):
        done = run("-q", "-o", "/dev/null", "--client=true", "sh", "-c", "exit 5")
        self.assertEqual(done.returncode, 5)
        self.assertIn("client not started", done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_the_programs_own_status_counts(self):
        script = FOREVER.format(port=self.port).replace("while True:", "for i in [1]:")
        done, _ = trace(f"--client={self.ask('x')}", PYTHON, "-c", script + "\nraise SystemExit(6)")
        self.assertEqual(done.returncode, 6, done.stderr)

    def test_the_program_reads_nothing_and_the_last_client_has_the_terminal(self):
        script = ("import socket, sys; s = socket.create_server(('127.0.0.1', "
                  f"{self.port})); c, a = s.accept(); print(repr(sys.stdin.read()), flush=True)")
        with tempfile.TemporaryFile("w+") as terminal:
            terminal.write("typed\n")
            terminal.seek(0)
            connect = f'import socket; socket.create_connection((\\"127.0.0.1\\", {self.port}))'
            done, _ = trace(f"--client=sh -c 'cat; {PYTHON} -c \"{connect}\"'", PYTHON, "-c",
                            script, stdin=terminal)
        self.assertIn("typed\n", done.stdout)
        self.assertIn("''", done.stdout)

    def test_keep_leaves_the_server_running(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "t.jsonl")
            import subprocess
            from traced import SOCKTRACE
            tracer = subprocess.Popen(
                [SOCKTRACE, "-o", path, "--keep", f"--client={self.ask('x')}", PYTHON, "-c",
                 FOREVER.format(port=self.port)], stdout=subprocess.PIPE, text=True)
            self.assertEqual(tracer.stdout.readline(), "b'X'\n")
            time.sleep(2)
            self.assertIsNone(tracer.poll())
            tracer.send_signal(signal.SIGTERM)
            tracer.communicate(timeout=20)
            self.assertEqual(Record(path).lines[-1]["type"], "end")

    def test_what_programs_print_stands_in_its_place(self):
        script = FOREVER.format(port=self.port).replace(
            "while True", "print('listening', flush=True)\nwhile True")
        done, record = trace(f"--client={self.ask('x')}", PYTHON, "-c", script)
        kinds = [(line["type"], line.get("call") or line.get("data", {}).get("text"))
                 for line in record.lines if line["type"] in ("call", "output")]
        listen = kinds.index(("call", "listen"))
        said = next(i for i, k in enumerate(kinds) if k[0] == "output" and
                    k[1].startswith("listening"))
        accept = next(i for i, k in enumerate(kinds) if k == ("call", "accept4"))
        self.assertTrue(listen < said < accept, kinds)


if __name__ == "__main__":
    unittest.main()
