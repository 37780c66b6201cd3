"""--sockets: the table of all sockets, at the end and when it is asked for."""

import os
import signal
import subprocess
import tempfile
import threading
import unittest

from traced import PYTHON, SOCKTRACE, Record, run, trace

# One of each kind, and then as many lines as it reads.
PROGRAM = r"""
import os, socket, sys
LOCAL = ('127.0.0.1', 0)
listener = socket.create_server(LOCAL, backlog=5)                 # 3
first = socket.create_connection(listener.getsockname())          # 4
queued = socket.create_connection(listener.getsockname())         # 5
conn, addr = listener.accept()                                    # 6
first.send(b'hello')
datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)       # 7
datagram.bind(LOCAL)
left, right = socket.socketpair()                                 # 8, 9
short = socket.create_connection(listener.getsockname())          # 10
listener.accept()[0].close(), queued.close()
second, addr = listener.accept()
short.close(), second.close()
print('ready', flush=True)
for line in sys.stdin:
    conn.recv(1)
    print('next', flush=True)
os._exit(0)
"""


def by_fd(table):
    return {row["socket"].get("fd"): row for row in table.get("sockets", [])}


class Asked(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="socktrace-")
        self.addCleanup(self.folder.cleanup)
        self.record = os.path.join(self.folder.name, "record.jsonl")
        self.text = os.path.join(self.folder.name, "text.txt")

    def start(self, *options):
        process = subprocess.Popen(
            [SOCKTRACE, "--isolate", "-o", self.record, "-o", self.text, *options, PYTHON, "-c",
             PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        timer = threading.Timer(60, process.kill)
        timer.start()
        for cleanup in process.wait, process.kill, process.stdout.close, timer.cancel:
            self.addCleanup(cleanup)
        self.assertEqual(process.stdout.readline(), "ready\n")
        return process

    def ask(self, process):
        """Asks, and has the program go on until the answer is there."""
        tables = self.tables()
        process.send_signal(signal.SIGUSR1)
        for _ in range(5000):
            if len(self.tables()) > len(tables):
                return self.tables()[-1]
            threading.Event().wait(0.01)
        raise AssertionError("no table came")

    def tables(self):
        with open(self.record, encoding="utf-8") as file:
            whole = file.read().rpartition("\n")[0]
        path = os.path.join(self.folder.name, "whole.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            file.write(whole)
        return Record(path).of("sockets")

    def end(self, process):
        process.stdin.close()
        process.stdout.read()
        self.assertEqual(process.wait(60), 0)

    def test_each_socket_is_there_as_the_kernel_has_it_now(self):
        process = self.start("--sockets")
        table = self.ask(process)
        self.assertEqual(table["why"], "signal")
        rows = by_fd(table)
        self.assertEqual(rows[3]["state"], "LISTEN")
        self.assertEqual(rows[3]["queues"], {"accept": 0, "backlog": 5})
        self.assertEqual([rows[fd]["socket"]["role"] for fd in (3, 4, 6, 7, 8, 9)],
                         ["listener", "connector", "accepted", "datagram", "pair", "pair"])
        self.assertEqual((rows[4]["state"], rows[6]["state"]), ("ESTABLISHED", "ESTABLISHED"))
        self.assertEqual(rows[6]["queues"]["receive"], 5)
        self.assertEqual(rows[4]["socket"]["remote"], rows[3]["socket"]["local"])
        self.assertNotIn("state", rows[7])
        self.assertNotIn("state", rows[8])
        self.end(process)

    def test_each_signal_gives_one_table_of_its_moment(self):
        process = self.start("--sockets")
        waiting = []
        for _ in range(3):
            waiting.append(by_fd(self.ask(process))[6]["queues"]["receive"])
            process.stdin.write("\n")
            process.stdin.flush()
            self.assertEqual(process.stdout.readline(), "next\n")
        self.assertEqual(waiting, [5, 4, 3])
        self.end(process)
        self.assertEqual([table["why"] for table in Record(self.record).of("sockets")],
                         ["signal"] * 3 + ["end"])

    def test_what_nobody_holds_any_more_is_there_while_the_kernel_keeps_it(self):
        process = self.start("--sockets")
        rows = [row for row in self.ask(process)["sockets"] if "fd" not in row["socket"]]
        self.assertEqual({row["state"] for row in rows}, {"TIME_WAIT"})
        self.assertEqual({row["witness"] for row in rows}, {"sock_diag"})
        self.end(process)

    def test_a_replay_shows_the_same(self):
        process = self.start("--sockets")
        self.ask(process)
        self.end(process)
        with open(self.text, encoding="utf-8") as file:
            live = file.read()
        self.assertEqual(live.count("\nsockets\n"), 2)
        self.assertEqual(run("-o", "-", "--replay", self.record).stdout, live)

    def test_without_the_option_the_signal_is_none_of_ours(self):
        process = self.start()
        process.send_signal(signal.SIGUSR1)
        self.assertEqual(process.wait(60), -signal.SIGUSR1)


class End(unittest.TestCase):
    def tables(self, script):
        done, record = trace("--isolate", "--sockets", PYTHON, "-c", script)
        self.assertEqual(done.returncode, 0, done.stderr)
        tables = record.of("sockets")
        self.assertEqual([table["why"] for table in tables], ["end"])
        return tables[0]

    def test_what_is_open_when_the_last_program_ends_is_in_the_table(self):
        table = self.tables("import os, socket; a = socket.create_server(('127.0.0.1', 0)); "
                            "os._exit(0)")
        self.assertEqual([row["state"] for row in table["sockets"]], ["LISTEN"])

    def test_also_where_threads_end_with_it(self):
        table = self.tables("""
import os, socket, threading, time
listener = socket.create_server(('127.0.0.1', 0))
for _ in range(10):
    threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
os._exit(0)
""")
        self.assertEqual([row["state"] for row in table["sockets"]], ["LISTEN"])

    def test_also_after_an_exec_that_ended_threads(self):
        table = self.tables("""
import os, socket, sys, threading, time
listener = socket.create_server(('127.0.0.1', 0))
listener.set_inheritable(True)
threading.Thread(target=lambda: os.execv('/bin/sh', ['sh', '-c', 'true'])).start()
time.sleep(1000)
""")
        self.assertEqual([row["state"] for row in table["sockets"]], ["LISTEN"])

    def test_a_program_without_sockets_has_none(self):
        self.assertNotIn("sockets", self.tables("pass"))

    def test_those_of_a_process_that_is_let_go(self):
        script = ("import socket, sys; a = socket.create_server(('127.0.0.1', 0)); "
                  "print('ready', flush=True); sys.stdin.read()")
        with tempfile.TemporaryDirectory() as folder, subprocess.Popen(
                [PYTHON, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                text=True) as server:
            path = os.path.join(folder, "record.jsonl")
            server.stdout.readline()
            with subprocess.Popen([SOCKTRACE, "--sockets", "-o", path, "-p", str(server.pid)]
                                  ) as tracer:
                for _ in range(3000):
                    if os.path.exists(path) and '"attach"' in open(path, encoding="utf-8").read():
                        break
                    threading.Event().wait(0.01)
                tracer.send_signal(signal.SIGINT)
                self.assertEqual(tracer.wait(60), 0)
            rows = Record(path).of("sockets")[0]["sockets"]
            server.stdin.close()
        self.assertEqual([(row["socket"]["fd"], row["state"]) for row in rows], [(3, "LISTEN")])


if __name__ == "__main__":
    unittest.main()
