"""socktrace comes to a busy server and goes again, a thousand times: no request is lost."""

import os
import subprocess
import sys
import textwrap
import unittest

from serving import Serving, children, number, status_of
from traced import PYTHON, free_port, program

SERVER = """
import socket, sys, threading
listener = socket.create_server(('127.0.0.1', int(sys.argv[1])), backlog=100)
def answer(conn):
    with conn:
        while data := conn.recv(10000):
            conn.sendall(data.upper())
while True:
    threading.Thread(target=answer, args=(listener.accept()[0],), daemon=True).start()
"""

# Asks until its input ends, or the first wrong answer: in connections of three questions each.
CLIENT = """
import select, socket, sys
port, asked, answered = int(sys.argv[1]), 0, 0
while not select.select([sys.stdin], [], [], 0)[0]:
    with socket.create_connection(('127.0.0.1', port), timeout=120) as sock:
        for _ in range(3):
            question = b'question %d' % asked
            asked += 1
            sock.sendall(question)
            got = b''
            while len(got) < len(question) and (data := sock.recv(1000)):
                got += data
            answered += got == question.upper()
print(asked, answered)
"""


class Cycles(Serving):
    def client(self, port):
        return subprocess.Popen([sys.executable, "-c", textwrap.dedent(CLIENT), str(port)],
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def come_and_go(self, server, port, cycles, followers=0):
        """Each time to all its processes, while two clients ask."""
        self.until(lambda: len(children(server.pid)) >= followers, "its children")
        pids = [server.pid, *children(server.pid)]
        clients = [self.client(port), self.client(port)]
        for client in clients:
            self.addCleanup(self.stop, client)
        calls, defects = 0, []
        for _ in range(cycles):
            self.assertEqual((server.poll(), server.errors()), (None, ""))
            socktrace = self.attach(*pids)
            # A record with a fault does not end this: the requests are what counts first.
            try:
                calls += self.detach(socktrace).types["call"]
            except AssertionError as error:
                self.assertEqual(socktrace.poll(), 0, error)
                defects.append(str(error))
            self.tidy()
        for client in clients:
            out, errors = client.communicate(timeout=120)
            self.assertEqual((client.returncode, errors), (0, ""))
            asked, answered = map(int, out.split())
            self.assertEqual(asked, answered)
            self.assertGreater(answered, 0)
        self.assertGreater(calls, 0, "nobody ever saw a call")
        for pid in pids:
            for tid in os.listdir(f"/proc/{pid}/task"):
                self.assertEqual(status_of(f"{pid}/task/{tid}", "TracerPid"), "0")
                self.assertNotIn(status_of(f"{pid}/task/{tid}", "State")[0], "tT")
        self.ask_capitals(port, 20)
        server.terminate()
        server.wait(60)
        self.assertEqual(defects[:5], [], f"in {len(defects)} of {cycles} records")

    def tidy(self):
        """A thousand records and outputs are too many to keep."""
        for name in os.listdir(self.folder):
            if name.startswith(("record-", "socktrace.")):
                os.unlink(self.path(name))

    def test_a_python_server_with_a_thread_for_each_client(self):
        port = free_port()
        server = self.untraced(PYTHON, "-c", SERVER, port, port=port)
        self.come_and_go(server, port, number(1000, 50))

    def test_a_server_of_processes_with_threads(self):
        port = free_port()
        server = self.untraced(program("serves"), port, port=port)
        self.come_and_go(server, port, number(200, 20), followers=3)
        self.assertEqual((server.output(), server.errors()), ("3 of 3 ended well\n", ""))


if __name__ == "__main__":
    unittest.main()
