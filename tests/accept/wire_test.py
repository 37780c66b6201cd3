"""The wire: every segment of traced sockets once, before the call that caused it."""

import collections
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import unittest

from traced import PYTHON, SOCKTRACE, Record, free_port, run, trace

PAIR = """
import os, socket, struct, sys, time
server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
conn, _ = server.accept()
"""
CLOSE = "client.close(); conn.recv(1); conn.close(); server.close()\n"


def isolated(script, *options):
    done, record = trace("--isolate", *options, PYTHON, "-c", script)
    if done.returncode == 125 and "namespace" in done.stderr:
        raise unittest.SkipTest(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return record


def flags(segments):
    return [",".join(segment["flags"]) for segment in segments]


def caused_by(record, call):
    return [s for s in record.of("segment") if s.get("cause") == call["n"]]


class Segments(unittest.TestCase):
    def test_the_handshake_is_connects(self):
        record = isolated(PAIR + CLOSE)
        segments = caused_by(record, record.call("connect"))
        self.assertEqual(flags(segments), ["SYN", "SYN,ACK", "ACK"])
        self.assertTrue(segments[0]["options"]["mss"])
        self.assertEqual((segments[1]["ack"] - segments[0]["seq"]) % 2**32, 1)

    def test_data_is_its_sends(self):
        record = isolated(PAIR + "client.sendall(b'one'); client.sendall(b'three')\n"
                          "while len(conn.recv(100, socket.MSG_PEEK)) < 8: pass\n"
                          "conn.recv(100); conn.sendall(b'answer'); client.recv(100)\n" + CLOSE)
        for call in record.calls(name="send"):
            lengths = [s["length"] for s in caused_by(record, call) if s["length"]]
            self.assertEqual(lengths, [call["ret"]])
        self.assertEqual(len(record.calls(name="send")), 3)

    def test_data_that_has_to_wait_is_the_sends_that_wrote_it(self):
        """Until the receiver reads, a part stays in the sender's buffer: it goes at his recv."""
        record = isolated(PAIR + "client.setblocking(False)\n"
                          "total = 0\n"
                          "try:\n"
                          "    while True: total += client.send(b'x' * 100000)\n"
                          "except BlockingIOError: pass\n"
                          "while total: total -= len(conn.recv(1000000))\n" + CLOSE)
        sent = {c["n"]: c["ret"] for c in record.calls(name="send") if c["ret"] > 0}
        passed = collections.Counter()
        for segment in record.of("segment"):
            if segment["length"] and segment.get("remark") != "retransmission":
                self.assertIn(segment.get("cause"), sent)
                passed[segment["cause"]] += segment["length"]
        self.assertEqual(sum(passed.values()), sum(sent.values()))

    def test_the_fin_is_closes_or_shutdowns(self):
        record = isolated(PAIR + "client.shutdown(socket.SHUT_WR); conn.recv(1); conn.close()\n"
                          "client.recv(1); client.close(); server.close()\n")
        fins = [s for s in record.of("segment") if "FIN" in s["flags"]]
        shutdown = record.call("shutdown")
        closes = [c["n"] for c in record.calls(name="close")]
        self.assertEqual([fins[0]["cause"], len(fins)], [shutdown["n"], 2])
        self.assertIn(fins[1]["cause"], closes)

    def test_one_of_two_descriptors_closes_nothing(self):
        record = isolated(PAIR + "os.close(os.dup(client.fileno())); time.sleep(0.1)\n" + CLOSE)
        first = record.calls(name="close")[0]
        self.assertEqual(caused_by(record, first), [])

    def test_the_reset_of_unread_data_is_closes(self):
        record = isolated(PAIR + "client.send(b'unread'); time.sleep(0.1); conn.close()\n"
                          "client.close(); server.close()\n")
        (reset,) = [s for s in record.of("segment") if "RST" in s["flags"]]
        (cause,) = [c for c in record.calls(name="close") if c["n"] == reset["cause"]]
        self.assertEqual(cause["socket"]["role"], "accepted")

    def test_what_nobody_calls_for_has_no_cause(self):
        """A FIN of a process that dies."""
        record = isolated(PAIR + "r, w = os.pipe()\n"
                          "if os.fork() == 0:\n"
                          "    conn.close(); server.close()\n"
                          "    os.read(r, 1); os.kill(os.getpid(), 9)\n"
                          "client.close(); os.write(w, b'!'); os.wait(); conn.recv(1)\n"
                          "conn.close()\n")
        fins = [s for s in record.of("segment") if "FIN" in s["flags"]]
        self.assertEqual([("cause" in fin) for fin in fins], [False, True])

    def test_a_refused_connect(self):
        record = isolated("import socket\ns = socket.socket()\n"
                          "s.connect_ex(('127.0.0.1', 9)); s.close()\n")
        segments = caused_by(record, record.call("connect"))
        self.assertEqual(flags(segments), ["SYN", "RST,ACK"])

    def test_a_syn_that_nobody_answers_is_sent_again(self):
        record = isolated("import socket, time\n"
                          "server = socket.socket(); server.bind(('127.0.0.1', 0))\n"
                          "server.listen(0)\n"
                          "first = socket.create_connection(server.getsockname())\n"
                          "late = socket.socket(); late.settimeout(1.5)\n"
                          "try: late.connect(server.getsockname())\n"
                          "except TimeoutError: print('timeout')\n")
        late = record.calls(name="connect")[1]
        segments = caused_by(record, late)
        self.assertEqual(flags(segments), ["SYN", "SYN"])
        self.assertEqual(segments[1].get("remark"), "retransmission")

    def test_ipv6_and_udp(self):
        record = isolated("import socket\n"
                          "server = socket.create_server(('::1', 0), family=socket.AF_INET6)\n"
                          "client = socket.create_connection(server.getsockname()[:2])\n"
                          "client.close(); server.close()\n"
                          "a = socket.socket(type=socket.SOCK_DGRAM); a.bind(('127.0.0.1', 0))\n"
                          "b = socket.socket(type=socket.SOCK_DGRAM)\n"
                          "b.sendto(b'12345', a.getsockname()); a.recv(9)\n")
        connect = record.call("connect")
        self.assertEqual(flags(caused_by(record, connect)), ["SYN", "SYN,ACK", "ACK"])
        (datagram,) = [s for s in record.of("segment") if s["protocol"] == "udp"]
        self.assertEqual((datagram["length"], datagram["cause"]),
                         (5, record.call("sendto")["n"]))

    def test_each_stands_before_its_call_and_after_what_passed_before(self):
        record = isolated(PAIR + "for i in range(50):\n"
                          "    client.send(b'q'); conn.recv(1); conn.send(b'a'); client.recv(1)\n"
                          + CLOSE)
        segments = record.of("segment")
        self.assertEqual([s["t"] for s in segments], sorted(s["t"] for s in segments))
        done = set()
        for line in record.lines:
            if line["type"] == "call":
                done.add(line["n"])
                self.assertLess(line["t"], line["t"] + line["dur"] + 1)
            elif line["type"] == "segment" and line["length"]:
                self.assertNotIn(line["cause"], done)
        self.assertEqual(sum(s["length"] for s in segments), 100)
        self.assertEqual(record.of("end")[0]["lost"], 0)


class OnAndOff(unittest.TestCase):
    def test_off_shows_none(self):
        self.assertEqual(isolated(PAIR + CLOSE, "--wire=off").of("segment"), [])

    def test_outside_of_an_isolated_network_it_is_off(self):
        _, record = trace(PYTHON, "-c", PAIR + CLOSE)
        self.assertEqual(record.of("segment"), [])
        self.assertNotIn("wire", record.of("header")[0]["witnesses"])

    def test_an_unknown_way(self):
        done = run("--wire=fnord", "true")
        self.assertEqual((done.returncode, done.stderr),
                         (125, "socktrace: --wire=fnord: unknown\n  full and off are known\n"))

    @unittest.skipIf(os.geteuid() != 0, "only root sees the wire of the machine")
    def test_as_root_it_is_seen_everywhere_and_others_are_not_shown(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            stop = threading.Event()

            def others():
                while not stop.is_set():
                    with socket.create_connection(server.getsockname()) as client:
                        with server.accept()[0] as conn:
                            client.send(b"not yours")
                            conn.recv(20)

            thread = threading.Thread(target=others)
            thread.start()
            try:
                done, record = trace("--wire", PYTHON, "-c", PAIR + "client.send(b'mine')\n"
                                     "conn.recv(9)\n" + CLOSE)
            finally:
                stop.set()
                thread.join()
            port = str(server.getsockname()[1])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(flags(caused_by(record, record.call("connect"))),
                         ["SYN", "SYN,ACK", "ACK"])
        for segment in record.of("segment"):
            self.assertNotIn(port, (segment["from"].split(":")[1], segment["to"].split(":")[1]))

    @unittest.skipIf(os.geteuid() != 0, "only root sees the wire of the machine")
    def test_a_datagram_of_others_to_the_number_of_a_listener_is_not_shown(self):
        port, stop = free_port(), threading.Event()

        def others():
            with socket.socket(type=socket.SOCK_DGRAM) as sender:
                while not stop.wait(0.001):
                    sender.sendto(b"not yours", ("127.0.0.1", port))

        thread = threading.Thread(target=others)
        thread.start()
        try:
            done, record = trace("--wire", PYTHON, "-c", "import socket, time\n"
                                 f"s = socket.create_server(('127.0.0.1', {port}))\n"
                                 "time.sleep(0.2)\ns.close()")
        finally:
            stop.set()
            thread.join()
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(record.of("segment"), [])

    def as_nobody(self, *arguments):
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("only root can become an ordinary user")
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o777)
            binary = shutil.copy(SOCKTRACE, folder)
            path = os.path.join(folder, "t.jsonl")
            done = subprocess.run(
                ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", binary,
                 "-o", path, *arguments, PYTHON, "-c", PAIR + CLOSE],
                capture_output=True, text=True, check=False, timeout=30)
            return done, Record(path) if done.returncode == 0 else None

    def test_an_ordinary_user_sees_it_in_an_isolated_network(self):
        done, record = self.as_nobody("--isolate")
        if done.returncode == 125 and "namespace" in done.stderr:
            self.skipTest(done.stderr.strip())
        self.assertEqual(flags(caused_by(record, record.call("connect"))),
                         ["SYN", "SYN,ACK", "ACK"])

    def test_and_elsewhere_is_told_why_not(self):
        done, _ = self.as_nobody("--wire")
        self.assertEqual(done.returncode, 125)
        self.assertEqual(done.stderr, "socktrace: wire: Operation not permitted\n"
                         "  as root it works, or in a network of its own: --isolate\n")


if __name__ == "__main__":
    unittest.main()
