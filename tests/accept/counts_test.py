"""-c: at the end two tables, and with -c alone nothing else."""

import collections
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from traced import CATALOGUE, PYTHON, Record, SOCKTRACE, free_port, run

REFUSED = """
import socket
for _ in range(3):
    with socket.socket() as s:
        s.connect_ex(('127.0.0.1', 1))
print('done')
"""

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

TITLES = ["calls, and the wall time spent in them", "sockets, and the wall time spent in calls on them"]


def tables(text):
    """The two tables as lists of dictionaries, cells by the places of the heads."""
    found = []
    for block in text.split("\n\n"):
        _, heads, *rows = block.splitlines()
        # Two blanks divide the heads; a cell's own column ends where its head does, or begins there.
        spans = [match.span() for match in re.finditer(r"\S+(?: \S+)*", heads)]
        table = []
        for row in rows:
            cells = {}
            for match in re.finditer(r"\S+(?: \S+)*", row):
                for start, end in spans:
                    if match.start() == start or match.end() == end:
                        cells[heads[start:end]] = match.group()
            table.append(cells)
        found.append(table)
    return found


def moved(call):
    return call["ret"] if call["ret"] > 0 and call["call"] in ("send", "recv", "read", "write") else 0


class Counts(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        os.chmod(self.folder.name, 0o777)
        self.path = os.path.join(self.folder.name, "run.jsonl")

    def counted(self, *arguments, **options):
        """Of socktrace -c -o RECORD: the recording and standard error."""
        done = run("-c", "-o", self.path, *arguments, **options)
        self.assertEqual(done.returncode, 0, done.stderr)
        return Record(self.path), done.stderr

    def check(self, record, text):
        """That the tables are the sums of the recording."""
        calls, sockets = tables(text)
        expected = collections.defaultdict(lambda: [0, 0, 0])
        for call in record.of("call"):
            for name in (call["call"], "total"):
                expected[name][0] += 1
                expected[name][1] += "errno" in call
                expected[name][2] += moved(call)
        found = {row["call"]: [int(row["calls"]), int(row.get("errors", 0)), int(row.get("bytes", 0))]
                 for row in calls}
        self.assertEqual(found, dict(expected))
        for name in found:
            spent = sum(call["dur"] for call in record.of("call") if name in ("total", call["call"]))
            row = next(row for row in calls if row["call"] == name)
            self.assertEqual(row["seconds"], f"{spent // 1000 / 10**6:.6f}")
        self.assertEqual(sum(int(row["calls"]) for row in sockets),
                         len([call for call in record.of("call") if "socket" in call]))
        return calls, sockets

    def test_the_tables_are_the_sums_of_the_recording(self):
        record, text = self.counted("--demo", "echo")
        self.assertGreater(len(record.of("call")), 10)
        calls, sockets = self.check(record, text)
        seconds = [float(row["seconds"]) for row in calls[:-1]]
        self.assertEqual(seconds, sorted(seconds, reverse=True))
        client, = (row for row in sockets if row["lane"] == "client")
        self.assertEqual((client["name"], client["sent"], client["received"]), ("sock", "6", "6"))
        self.assertRegex(client["address"], r"^127\.0\.0\.1:\d+ -> 127\.0\.0\.1:8000$")
        # accept() waits at the listener, whatever it returns.
        listener, = (row for row in sockets if row["address"] == "127.0.0.1:8000")
        waited = sum(call["dur"] for call in record.calls("server", "accept"))
        self.assertGreaterEqual(float(listener["seconds"]), waited // 1000 / 10**6)

    def test_calls_that_fail_are_counted_as_errors(self):
        record, text = self.counted(PYTHON, "-c", REFUSED)
        calls, sockets = self.check(record, text)
        connect, = (row for row in calls if row["call"] == "connect")
        self.assertEqual((connect["calls"], connect["errors"]), ("3", "3"))
        self.assertEqual([row["errors"] for row in sockets], ["1", "1", "1"])

    def test_alone_it_leaves_nothing_but_what_the_program_prints_and_the_tables(self):
        done = run("-c", PYTHON, "-c", REFUSED)
        self.assertEqual((done.returncode, done.stdout), (0, "done\n"))
        blocks = done.stderr.split("\n\n")
        self.assertEqual([block.splitlines()[0] for block in blocks], TITLES)

    def test_without_a_call_it_says_so(self):
        done = run("-c", "true")
        self.assertEqual(done.stderr, TITLES[0] + "  none\n")

    def test_the_status_is_the_program_s(self):
        self.assertEqual(run("-c", "sh", "-c", "exit 7").returncode, 7)

    def test_a_transcript_that_is_asked_for_stands_above(self):
        done = run("-c", "--format=text", PYTHON, "-c", REFUSED)
        transcript, below = done.stderr.split(TITLES[0])
        self.assertEqual(transcript.count(" = -1 ECONNREFUSED"), 3)
        self.assertIn(TITLES[1], below)

    def test_with_o_the_transcript_is_in_its_file_as_without_c(self):
        path = os.path.join(self.folder.name, "run.txt")
        done = run("-c", "-o", path, "-o", self.path, PYTHON, "-c", REFUSED)
        self.assertTrue(done.stderr.startswith(TITLES[0]))
        with open(path, encoding="utf-8") as file:
            transcript = file.read()
        self.assertNotIn(TITLES[0], transcript)
        self.assertEqual(run("--replay", self.path).stderr, transcript)

    def test_a_replay_has_the_same_tables(self):
        _, text = self.counted("--demo", "echo")
        done = run("-c", "--replay", self.path)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", text))

    def test_it_counts_what_is_selected(self):
        record, text = self.counted("-e", "connect", PYTHON, "-c", REFUSED)
        calls, _ = self.check(record, text)
        self.assertEqual([row["call"] for row in calls], ["connect", "total"])

    def test_it_speaks_chinese(self):
        if not os.path.exists(CATALOGUE):
            self.skipTest("the Chinese catalogue is not built here")
        self.counted("--demo", "echo")
        text = run("-c", "--lang=zh", "--replay", self.path).stderr
        for word in ("墙钟时间", "合计", "调用"):
            self.assertIn(word, text)
        self.assertNotIn("usecs", text)

    def test_an_ordinary_user_gets_them_too(self):
        user = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        record, text = self.counted(PYTHON, "-c", REFUSED, **user)
        self.check(record, text)

    def test_a_running_program_is_counted_until_it_is_let_go(self):
        port = free_port()
        server = subprocess.Popen([PYTHON, "-u", "-c", SERVER, str(port)], stdout=subprocess.PIPE, text=True)
        self.addCleanup(server.communicate)
        self.addCleanup(server.kill)
        self.assertEqual(server.stdout.readline(), "ready\n")
        tracer = subprocess.Popen([SOCKTRACE, "-c", "-o", self.path, "-p", str(server.pid)],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(tracer.communicate)
        self.addCleanup(tracer.kill)
        self.until(lambda: f"TracerPid:\t{tracer.pid}\n" in open(f"/proc/{server.pid}/status",
                                                                encoding="ascii").read())
        subprocess.run([sys.executable, "-c", "import socket, sys\n"
                        "with socket.create_connection(('127.0.0.1', int(sys.argv[1]))) as s:\n"
                        "    s.sendall(b'hello'); assert s.recv(100) == b'HELLO'", str(port)],
                       check=True, timeout=20)
        self.until(lambda: '"call":"close"' in open(self.path, encoding="utf-8").read())
        tracer.send_signal(signal.SIGINT)
        _, text = tracer.communicate(timeout=20)
        calls, sockets = self.check(Record(self.path), text.replace("\n    not counted: 1 call that never "
                                                                    "returned", ""))
        self.assertIn("not counted: 1 call that never returned", text)  # the next accept()
        self.assertIn("accept4", [row["call"] for row in calls])
        conn, = (row for row in sockets if "received" in row)
        self.assertEqual((conn["sent"], conn["received"]), ("5", "5"))
        self.assertIsNone(server.poll())

    def until(self, condition):
        deadline = time.monotonic() + 20
        while not condition():
            self.assertLess(time.monotonic(), deadline, "it did not come")
            time.sleep(0.01)


if __name__ == "__main__":
    unittest.main()
