"""AF_UNIX: both ends of a connection, the queue of a listener (INTERFACE 2 and 3)."""

import os
import subprocess
import tempfile
import unittest

from traced import SOCKTRACE, PYTHON, Record, program, run, trace

TYPES = ("stream", "seqpacket")


def queue(call):
    queues = call.get("queues", {})
    return queues.get("accept"), queues.get("backlog")


class Queue(unittest.TestCase):
    def test_backlog_plus_one_connections_wait_and_the_next_is_turned_away(self):
        for kind in TYPES:
            with self.subTest(kind):
                done, record = trace(program("unix_queue"), kind)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                self.assertEqual(queue(record.call("listen")), (0, 1))
                connects = record.calls(name="connect")[:4]
                self.assertEqual([queue(call) for call in connects],
                                 [(1, 1), (2, 1), (2, 1), (2, 1)])
                self.assertEqual([call.get("errno") for call in connects],
                                 [None, None, "EAGAIN", None])
                self.assertEqual([queue(call) for call in record.calls(name="accept")],
                                 [(1, 1), (1, 1), (0, 1)])

    def test_the_text_shows_it_as_for_tcp(self):
        done = run(program("unix_queue"), "stream")
        self.assertEqual(done.returncode, 0)
        waiting = [line.split("queue", 1)[1].strip() for line in done.stderr.splitlines()
                   if "waiting" in line]
        self.assertEqual(waiting, [f"waiting {n} of 2" for n in (0, 1, 2, 2, 1, 2, 1, 0)])
        self.assertIn("3 bytes wait to be received", done.stderr)

    def test_the_table_of_sockets_shows_the_queue_too(self):
        script = """
import os, socket
server = socket.socket(socket.AF_UNIX)
server.bind('\\0socktrace-%d' % os.getpid())
server.listen(4)
client = socket.socket(socket.AF_UNIX)
client.connect(server.getsockname())
os._exit(0)
"""
        done, record = trace("--sockets", PYTHON, "-c", script)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        listener = record.call("listen")["socket"]["id"]
        row, = (row for row in record.of("sockets")[-1]["sockets"]
                if row["socket"]["id"] == listener)
        self.assertEqual(queue(row), (1, 4))

    def test_a_replay_gives_the_same_text(self):
        with tempfile.TemporaryDirectory() as folder:
            record, text, again = (os.path.join(folder, name)
                                   for name in ("record.jsonl", "text.txt", "again.txt"))
            self.assertEqual(
                run("-o", record, "-o", text, program("unix_queue"), "stream").returncode, 0)
            self.assertEqual(run("-o", again, "--replay", record).returncode, 0)
            with open(text, encoding="utf-8") as live, open(again, encoding="utf-8") as replayed:
                shown = live.read()
                self.assertIn("waiting 2 of 2", shown)
                self.assertEqual(replayed.read(), shown)

    def test_a_path_means_its_listener_in_whatever_folder_and_words(self):
        script = """
import os, socket
for folder in 'one', 'two':
    os.mkdir(folder)
    os.chdir(folder)
    server = socket.socket(socket.AF_UNIX)
    server.bind('socket')
    server.listen(3 if folder == 'one' else 5)
    os.chdir('..')
    globals()[folder] = server
os.chdir('one')
near = socket.socket(socket.AF_UNIX)
near.connect('./socket')
far = socket.socket(socket.AF_UNIX)
far.connect('../two/socket')
"""
        with tempfile.TemporaryDirectory() as folder:
            done, record = trace(PYTHON, "-c", script, cwd=folder)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual([queue(call) for call in record.calls(name="connect")], [(1, 3), (1, 5)])


class Connections(unittest.TestCase):
    def test_both_ends_are_joined_with_what_went_each_way_and_how_it_ended(self):
        for kind in TYPES:
            with self.subTest(kind):
                done, record = trace(program("unix_queue"), kind)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                clients = [call["socket"]["id"] for call in record.calls(name="connect")
                           if call["ret"] == 0]
                servers = [call["socket"]["id"] for call in record.calls(name="accept")]
                connections = record.of("connection")
                self.assertEqual([[end["socket"] for end in one["ends"]] for one in connections],
                                 list(map(list, zip(clients[:3], servers))))
                self.assertEqual([one["closed"] for one in connections],
                                 ["closed", "reset", "closed"])
                sent = [[end.get("bytes_sent", 0) for end in one["ends"]] for one in connections]
                self.assertEqual(sent, [[5, 0], [6, 0], [0, 3]])
                received = [end["bytes_received"] for end in connections[0]["ends"]]
                # Of a message the rest is lost.
                self.assertEqual(received, [0, 5 if kind == "stream" else 2])
                self.assertTrue(all("states" not in end for one in connections
                                    for end in one["ends"]))

    def test_two_processes_are_joined_and_a_killed_one_is_told(self):
        script = """
import os, signal, socket
server = socket.socket(socket.AF_UNIX)
server.bind('\\0socktrace-%d' % os.getpid())
server.listen()
if os.fork() == 0:
    client = socket.socket(socket.AF_UNIX)
    client.connect(server.getsockname())
    server.close()
    client.send(b'x')
    client.recv(1)
    os.kill(os.getpid(), signal.SIGKILL)
conn, _ = server.accept()
conn.send(conn.recv(1))
os.wait()
print(conn.recv(1))
conn.close()
"""
        done, record = trace(PYTHON, "-c", script)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "b''\n", ""))
        connection, = record.of("connection")
        client, server = connection["ends"]
        self.assertNotEqual(client["lane"], server["lane"])
        self.assertEqual((client["bytes_sent"], client["bytes_received"]), (1, 1))
        self.assertEqual((server["bytes_sent"], server["bytes_received"]), (1, 1))
        self.assertEqual(connection["closed"], "killed")

    def test_a_client_that_has_closed_before_it_is_accepted_is_joined_in_its_turn(self):
        script = """
import os, socket
server = socket.socket(socket.AF_UNIX)
server.bind('\\0socktrace-%d' % os.getpid())
server.listen()
for words in b'first', b'second one':
    client = socket.socket(socket.AF_UNIX)
    client.connect(server.getsockname())
    client.send(words)
    client.close()
for _ in range(2):
    conn, _ = server.accept()
    print(conn.recv(100).decode())
    conn.close()
left = socket.socket(socket.AF_UNIX)
left.connect(server.getsockname())
left.close()
server.close()
"""
        done, record = trace(PYTHON, "-c", script)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "first\nsecond one\n", ""))
        first, second, left = record.of("connection")
        for connection, words in (first, "first"), (second, "second one"):
            client, server = connection["ends"]
            self.assertEqual((client["bytes_sent"], server["bytes_received"]), (len(words),) * 2)
            self.assertEqual(connection["closed"], "closed")
        # Nobody ever accepted this one.
        client, nobody = left["ends"]
        self.assertNotIn("socket", nobody)
        self.assertEqual(nobody["lane"], client["lane"])

    def test_a_passed_socket_lives_on_in_its_message(self):
        script = """
import os, socket
server = socket.socket(socket.AF_UNIX)
server.bind('\\0socktrace-%d' % os.getpid())
server.listen()
client = socket.socket(socket.AF_UNIX)
client.connect(server.getsockname())
conn, _ = server.accept()
one, other = socket.socketpair()
socket.send_fds(one, [b'x'], [conn.fileno()])
conn.close()
client.send(b'across')
_, (fd,), _, _ = socket.recv_fds(other, 1, 1)
conn = socket.socket(fileno=fd)
print(conn.recv(100))
conn.close()
client.close()
"""
        done, record = trace(PYTHON, "-c", script)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "b'across'\n", ""))
        connection, = record.of("connection")
        self.assertEqual(connection["ends"][1]["bytes_received"], len("across"))
        self.assertEqual(connection["closed"], "closed")
        self.assertGreater(record.lines.index(connection),
                           record.lines.index(record.call("recvmsg")))

    def test_ends_that_were_there_before_us_are_joined(self):
        script = """
import os, socket
server = socket.socket(socket.AF_UNIX)
server.bind('\\0socktrace-%d' % os.getpid())
server.listen()
client = socket.socket(socket.AF_UNIX)
client.connect(server.getsockname())
conn, _ = server.accept()
print('ready', flush=True)
input()
client.send(b'x')
conn.recv(1)
client.close()
conn.close()
"""
        process = subprocess.Popen([PYTHON, "-c", script], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), "ready\n")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "record.jsonl")
            socktrace = subprocess.Popen([SOCKTRACE, "-o", path, "--format=text",
                                          "-p", str(process.pid)],
                                         stderr=subprocess.PIPE, text=True)
            self.addCleanup(socktrace.communicate)
            self.addCleanup(socktrace.kill)
            self.assertIn("attached", socktrace.stderr.readline())
            process.communicate("go\n", timeout=20)
            socktrace.communicate(timeout=20)
            record = Record(path)
        connection, = record.of("connection")
        client, server = connection["ends"]
        self.assertEqual((client["bytes_sent"], server["bytes_received"]), (1, 1))
        self.assertTrue(server["address"].startswith("unix:@socktrace-"))


if __name__ == "__main__":
    unittest.main()
