"""The byte ledger: which send each received byte came from, and when nobody can say."""

import base64
import os
import socket
import struct
import subprocess
import tempfile
import unittest

from traced import PYTHON, Record, arg, run, trace

NETLINK_SOCK_DIAG, NLMSG_ERROR = 4, 2  # linux/netlink.h

CONNECT = """
import os, random, socket, threading
server = socket.create_server(('127.0.0.1', 0))
a = socket.create_connection(server.getsockname())
b, _ = server.accept()
"""
LOCAL = """
import os, random, socket, threading
server = socket.socket(socket.AF_UNIX)
server.bind(f'\\0socktrace-ledger-{os.getpid()}')
server.listen()
a = socket.socket(socket.AF_UNIX)
a.connect(server.getsockname())
b, _ = server.accept()
"""
PAIR = """
import os, random, socket, threading
a, b = socket.socketpair()
"""


def payload(call):
    """What a call moved, as far as it was captured."""
    found = next(a for a in call["args"] if a["kind"] == "bytes")
    data = found["text"].encode() if "text" in found else base64.b64decode(found.get("base64", ""))
    return data[:call["ret"]]


def kinds():
    """Connections to try: TCP, AF_UNIX by name where the kernel tells its ends, a pair."""
    request = struct.pack("=IHHIIBBHIIIII", 40, 20, 0x301, 1, 0, socket.AF_UNIX, *[0] * 7)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as netlink:
        netlink.send(request)  # a dump of no state at all
        answer = struct.unpack("=IHHII", netlink.recv(4096)[:16])[1]
    return (CONNECT, PAIR) if answer == NLMSG_ERROR else (CONNECT, LOCAL, PAIR)


class Ledger(unittest.TestCase):
    def traced(self, script, *options):
        done, record = trace(*options, PYTHON, "-c", script)
        self.assertEqual(done.returncode, 0, done.stderr)
        return record

    def received(self, record):
        return [c for c in record.of("call") if c["call"].startswith("recv") and c["ret"] > 0]

    def parts(self, call):
        """What each part is of: (n, offset, length, of)."""
        return [(p["n"], p["offset"], p["length"], p.get("of")) for p in call["from"]]

    def expect_truth(self, record):
        """The bytes of each part are those of the send that is named. Returns how many receives
        told of their parts."""
        by_number = {c["n"]: c for c in record.of("call")}
        told = 0
        for call in self.received(record):
            data = payload(call)
            place = 0
            for part in call.get("from", []):
                end = place + part["length"]
                if "calls" not in part:
                    send = by_number[part["n"]]
                    self.assertIn(part.get("of"), (send["ret"], None))
                    first, last = part["offset"], part["offset"] + part["length"]
                    self.assertEqual(data[place:end], payload(send)[first:last], (call, send))
                place = end
            self.assertEqual(place, call["ret"] if "from" in call else 0, call)
            told += "from" in call
        return told

    def test_receives_that_cut_other_pieces_name_their_sends(self):
        script = ("for part in (b'abc', b'defg', b'hijkl'): a.send(part)\n"
                  "b.recv(2), b.recv(4, socket.MSG_PEEK), b.recv(6), b.recv(99, socket.MSG_PEEK)\n"
                  "b.recv(99)\n")
        for kind in kinds():
            record = self.traced(kind + script)
            one, two, three = [c["n"] for c in record.calls(name="send")]
            self.assertEqual([self.parts(c) for c in self.received(record)], [
                [(one, 0, 2, 3)],
                [(one, 2, 1, 3), (two, 0, 3, 4)],
                [(one, 2, 1, 3), (two, 0, 4, 4), (three, 0, 1, 5)],
                [(three, 1, 4, 5)],
                [(three, 1, 4, 5)],
            ])
            self.assertEqual(self.expect_truth(record), 5)

    def test_the_text_tells_it_and_a_replay_the_same(self):
        script = CONNECT + "a.send(b'abc'), a.send(b'defg'), b.recv(2), b.recv(9)\n"
        with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
            record, text = os.path.join(folder, "run.jsonl"), os.path.join(folder, "run.txt")
            run("-o", record, "-o", text, PYTHON, "-c", script)
            with open(text, encoding="utf-8") as file:
                shown = file.read()
            again = run("--replay", record, "-o", "-")
            one, two = [c["n"] for c in Record(record).calls(name="send")]
        self.assertIn(f"bytes   the first 2 of the 3 of send #{one}\n", shown)
        self.assertIn(f"bytes   the last one of the 3 of send #{one}, all 4 of send #{two}\n",
                      shown)
        self.assertEqual(again.stdout, shown)

    def test_both_directions_are_told(self):
        record = self.traced(CONNECT + "a.send(b'ping'), b.recv(9), b.send(b'pong!'), a.recv(4)\n"
                             "a.recv(4)\n")
        ping, pong = [c["n"] for c in record.calls(name="send")]
        self.assertEqual([self.parts(c) for c in self.received(record)],
                         [[(ping, 0, 4, 4)], [(pong, 0, 4, 5)], [(pong, 4, 1, 5)]])

    def test_what_a_child_sent_and_left_is_told(self):
        record = self.traced(PAIR + """
if os.fork() == 0:
    a.send(b'12345'), os.write(a.fileno(), b'6789')
    os._exit(0)
os.wait()
a.close()
b.recv(7), b.recv(9), b.recv(9)
""")
        sent = [c["n"] for c in record.of("call") if c["call"] in ("send", "write")]
        self.assertEqual([self.parts(c) for c in self.received(record)],
                         [[(sent[0], 0, 5, 5), (sent[1], 0, 2, 4)], [(sent[1], 2, 2, 4)]])
        self.assertEqual(self.received(record)[0]["from"][1]["call"], "write")

    def test_of_several_clients_of_a_local_server_each_has_its_own_bytes(self):
        if LOCAL not in kinds():
            self.skipTest("the kernel has no unix_diag")
        record = self.traced(LOCAL + """
others = [socket.socket(socket.AF_UNIX) for i in range(3)]
for other in others:
    other.connect(server.getsockname())
for i in 1, 2, 0:
    others[i].send(bytes([i]) * (i + 1))
others[1].close()
for i in range(3):
    server.accept()[0].recv(100)
""")
        one, two, three = [c["n"] for c in record.calls(name="send")]
        # A client that is gone is known by its process, and by its place in the queue.
        self.assertEqual([self.parts(c) if "from" in c else None for c in self.received(record)],
                         [[(three, 0, 1, 1)], [(one, 0, 2, 2)], [(two, 0, 3, 3)]])
        self.expect_truth(record)

    def test_every_way_to_send_and_receive_is_counted(self):
        record = self.traced(CONNECT + """
import tempfile
file = tempfile.TemporaryFile()
file.write(b'from a file'), file.flush()
r, w = os.pipe()
os.write(w, b'from a pipe')
a.sendmsg([b'one', b'two']), os.writev(a.fileno(), [b'three', b'4'])
os.sendfile(a.fileno(), file.fileno(), 0, 11)
os.splice(r, a.fileno(), 11)
b.recv(2), b.recvmsg(5), os.read(b.fileno(), 3), os.readv(b.fileno(), [bytearray(2)] * 2)
os.splice(b.fileno(), w, 3)
b.recv(100)
""")
        sent = [c["n"] for c in record.of("call")
                if c["call"] in ("sendmsg", "writev", "sendfile") or
                (c["call"] == "splice" and c["ret"] == 11)]
        self.assertEqual([self.parts(c) for c in record.of("call") if "from" in c], [
            [(sent[0], 0, 2, 6)],
            [(sent[0], 2, 4, 6), (sent[1], 0, 1, 6)],
            [(sent[1], 1, 3, 6)],
            [(sent[1], 4, 2, 6), (sent[2], 0, 2, 11)],
            [(sent[2], 2, 3, 11)],
            [(sent[2], 5, 6, 11), (sent[3], 0, 11, 11)],
        ])

    def test_a_send_that_was_cut_short_counts_what_it_sent(self):
        record = self.traced(PAIR + """
a.setblocking(False)
data = random.randbytes(300000)
a.send(data)
try:
    while True:
        a.send(data)
except BlockingIOError:
    pass
b.setblocking(False)
try:
    while True:
        b.recv(50000)
except BlockingIOError:
    pass
""")
        short = [c for c in record.calls(name="send") if 0 < c["ret"] < arg(c, "len")["value"]]
        self.assertEqual(len(short), 1, "no send was cut short")
        last = self.received(record)[-1]["from"][-1]
        self.assertEqual((last["n"], last["of"]), (short[0]["n"], short[0]["ret"]))
        self.assertEqual(last["offset"] + last["length"], short[0]["ret"])

    def test_bytes_of_a_send_that_has_not_returned_are_its_own(self):
        record = self.traced(CONNECT + """
thread = threading.Thread(target=a.sendall, args=(bytes(20000000),))
thread.start()
left = 20000000
while left:
    left -= len(b.recv(1000000))
thread.join()
""")
        sends = record.calls(name="send")
        if len(sends) != 1:
            self.skipTest(f"it took {len(sends)} sends")
        place = 0
        for call in self.received(record):
            self.assertEqual(self.parts(call)[0][:3], (sends[0]["n"], place, call["ret"]))
            place += call["ret"]
        self.assertEqual(place, 20000000)
        self.assertNotIn("of", self.received(record)[0]["from"][0])

    def test_at_random_it_tells_the_truth(self):
        for kind in kinds():
            record = self.traced(kind + """
random.seed(5)
sizes = [random.randrange(1, 400) for i in range(150)]
def send():
    for size in sizes:
        a.send(random.randbytes(size))
thread = threading.Thread(target=send)
thread.start()
left = sum(sizes)
while left:
    peek = random.random() < 0.3
    got = b.recv(random.randrange(1, 900), socket.MSG_PEEK if peek else 0)
    left -= 0 if peek else len(got)
thread.join()
""")
            self.assertEqual(self.expect_truth(record), len(self.received(record)))

    def test_of_two_that_send_at_once_nobody_is_blamed_for_the_others_bytes(self):
        for kind in kinds():
            record = self.traced(kind + """
random.seed(5)
def send():
    for i in range(60):
        a.send(random.randbytes(200))
threads = [threading.Thread(target=send) for i in range(2)]
for thread in threads:
    thread.start()
left = 2 * 60 * 200
while left:
    left -= len(b.recv(random.randrange(1, 900)))
for thread in threads:
    thread.join()
""")
            self.assertEqual(self.expect_truth(record), len(self.received(record)))

    def test_of_two_that_receive_at_once_only_the_certain_is_told(self):
        for kind in kinds():
            record = self.traced(kind + """
random.seed(5)
def receive():
    while b.recv(random.randrange(1, 300)):
        pass
threads = [threading.Thread(target=receive) for i in range(2)]
for thread in threads:
    thread.start()
for i in range(100):
    a.send(random.randbytes(100))
a.shutdown(socket.SHUT_WR)
for thread in threads:
    thread.join()
""")
            self.expect_truth(record)

    def test_a_call_that_is_not_shown_has_no_number(self):
        record = self.traced(CONNECT + "a.send(b'abc'), b.recv(2)\n", "-e", "recv")
        self.assertEqual(self.received(record)[0]["from"],
                         [{"call": "send", "offset": 0, "length": 2, "of": 3}])

    def test_a_message_is_told_with_what_was_lost_of_it(self):
        for kind in "SOCK_DGRAM", "SOCK_SEQPACKET":
            record = self.traced(PAIR + f"a, b = socket.socketpair(type=socket.{kind})\n"
                                 "a.send(b'12345'), a.send(b'678'), b.recv(2), b.recv(9)\n")
            one, two = [c["n"] for c in record.calls(name="send")]
            self.assertEqual([self.parts(c) for c in self.received(record)],
                             [[(one, 0, 2, 5)], [(two, 0, 3, 3)]])

    # --- and when nobody can say ---

    def expect_silence(self, script, silent):
        """The last receives tell nothing, all before them do."""
        received = self.received(self.traced(script))
        self.assertEqual(["from" in c for c in received],
                         [True] * (len(received) - silent) + [False] * silent)

    def test_urgent_data_makes_it_silent(self):
        self.expect_silence(CONNECT + "a.send(b'abc'), b.recv(3), a.send(b'defg', socket.MSG_OOB)\n"
                            "b.recv(9), b.recv(1, socket.MSG_OOB), a.send(b'hij'), b.recv(9)\n", 3)

    def test_a_socket_that_was_given_away_makes_it_silent(self):
        self.expect_silence(CONNECT + "a.send(b'abc'), b.recv(3)\n"
                            "x, y = socket.socketpair()\n"
                            "socket.send_fds(x, [b'.'], [a.fileno()])\n"
                            "a.send(b'defg'), b.recv(2), b.recv(9)\n", 2)

    def test_bytes_that_went_past_the_tracer_make_it_silent(self):
        # preadv2 and pwritev2 with offset -1 are read and write, and are not traced.
        script = CONNECT + "a.send(b'abc'), b.recv(3)\n"
        self.expect_silence(script + "os.pwritev(a.fileno(), [b'past'], -1), a.send(b'defg')\n"
                            "b.recv(2), b.recv(9)\n", 2)
        self.expect_silence(script + "a.send(b'defg'), os.preadv(b.fileno(), [bytearray(2)], -1)\n"
                            "b.recv(1), b.recv(9)\n", 2)

    def test_a_socket_that_is_connected_anew_makes_it_silent(self):
        self.expect_silence(CONNECT + """
import ctypes
a.send(b'abc'), b.recv(3), b.send(b'never received')
nobody = bytes(16)  # AF_UNSPEC
assert ctypes.CDLL(None).connect(a.fileno(), nobody, 16) == 0
other = socket.create_server(('127.0.0.1', 0))
a.connect(other.getsockname())
c, _ = other.accept()
c.send(b'never'), a.recv(3), a.send(b'more'), c.recv(9)
""", 2)

    def test_of_an_attached_process_nothing_is_told(self):
        script = CONNECT + """
import time
while 'TracerPid:\\t0\\n' in open('/proc/self/status').read():
    time.sleep(0.01)
a.send(b'abc'), b.recv(2), b.recv(9)
"""
        with subprocess.Popen([PYTHON, "-c", script]) as process:
            _, record = trace("-p", process.pid)
        self.assertEqual(len(self.received(record)), 2)
        self.assertEqual([c for c in record.of("call") if "from" in c], [])


if __name__ == "__main__":
    unittest.main()
