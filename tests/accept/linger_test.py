"""What remains of a connection after its last close: followed until it is gone."""

import signal
import subprocess
import tempfile
import time
import unittest

from traced import PYTHON, SOCKTRACE, Record, run, trace

CLOSES = """
import socket
server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
conn, _ = server.accept()
client.close(); conn.recv(1); conn.close(); server.close()
"""

# The server closes first. A SYN from the same port then ends its TIME_WAIT (RFC 6191).
REUSES = """
import socket, time
server = socket.create_server(('127.0.0.1', 0))
port = None
for turn in range(2):
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    client.bind(('127.0.0.1', port or 0))
    port = client.getsockname()[1]
    client.connect(server.getsockname())
    conn, _ = server.accept()
    conn.close(); client.recv(1); client.close()
    listed = open('/proc/net/tcp').read()
"""


def isolated(script, *options):
    done, record = trace("--isolate", *options, PYTHON, "-c", script, timeout=60)
    if done.returncode == 125 and "namespace" in done.stderr:
        raise unittest.SkipTest(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return record


class Linger(unittest.TestCase):
    def test_time_wait_is_shown_with_what_is_left_of_it(self):
        record = isolated(CLOSES, "--linger=1")
        table, = record.of("sockets")
        self.assertEqual(table["why"], "linger")
        row, = table["sockets"]
        self.assertEqual(row["state"], "TIME_WAIT")
        self.assertEqual(row["witness"], "sock_diag")
        # 60 s in Linux, whatever is set (TCP_TIMEWAIT_LEN, net/tcp.h).
        self.assertTrue(1000 < row["expires"] <= 60000, row)
        self.assertGreaterEqual(record.of("end")[0]["t"] - table["t"], 10**9)

    def test_with_nothing_left_nobody_waits(self):
        record = isolated("pass", "--linger=86400")
        self.assertEqual(record.of("sockets"), [])

    def test_without_it_nobody_waits_either(self):
        self.assertEqual(isolated(CLOSES).of("sockets"), [])

    def test_the_end_of_a_time_wait_is_seen_while_the_trace_runs(self):
        record = isolated(REUSES, "--linger=3")
        ends = [change for change in record.of("state") if change.get("from") == "TIME_WAIT"]
        self.assertEqual([change["to"] for change in ends], ["CLOSED"])
        self.assertEqual(ends[0]["witness"], "sock_diag")
        first = record.calls(name="accept4")[0]
        self.assertEqual(ends[0]["socket"]["id"], first["socket"]["id"])

    def test_in_text_it_is_a_table_before_the_connections(self):
        done = run("--isolate", "--linger=1", PYTHON, "-c", CLOSES)
        if done.returncode == 125 and "namespace" in done.stderr:
            self.skipTest(done.stderr.strip())
        remains = done.stderr.index("what remains")
        self.assertLess(remains, done.stderr.index("connections\n"))
        self.assertRegex(done.stderr[remains:], r"TIME_WAIT +\d+ s")

    def test_control_c_ends_the_wait_and_completes_the_record(self):
        with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
            command = [SOCKTRACE, "--isolate", "--linger=600", "-o", file.name,
                       PYTHON, "-c", CLOSES]
            with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
                deadline = time.monotonic() + 20
                while tracer.poll() is None and time.monotonic() < deadline:
                    with open(file.name, encoding="utf-8") as written:
                        if '"why":"linger"' in written.read().replace(" ", ""):
                            break
                    time.sleep(0.01)
                tracer.send_signal(signal.SIGINT)
                _, complaint = tracer.communicate(timeout=20)
            if tracer.returncode == 125 and "namespace" in complaint:
                self.skipTest(complaint.strip())
            self.assertEqual(tracer.returncode, 0, complaint)
            record = Record(file.name)
        self.assertEqual(len(record.of("connection")), 1)
        self.assertEqual(record.lines[-1]["type"], "end")

    def test_it_runs_nothing_so_it_does_not_go_with_replay(self):
        done = run("--linger=1", "--replay", "x.jsonl")
        self.assertEqual(done.returncode, 125)
        self.assertIn("--replay", done.stderr)


if __name__ == "__main__":
    unittest.main()
