"""What waits in the kernel at each call: bytes in the two buffers, connections at a listener."""

import subprocess
import tempfile
import unittest

from facts import changes
from traced import PYTHON, Record, run, trace

HEAD = """
import os, select, socket, struct
listener = socket.socket()
listener.bind(('127.0.0.1', 0))
"""

PAIR = HEAD + """
listener.listen(5)
client = socket.socket()
client.connect(listener.getsockname())
conn, addr = listener.accept()
"""

# Connections that stay in SYN_RCVD until data comes.
DEFER = HEAD + """
listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)
def connected():
    client = socket.socket()
    client.connect(listener.getsockname())
    return client
"""


def script(body, head=PAIR):
    done, record = trace("--isolate", PYTHON, "-c", head + body)
    assert done.returncode == 0, done.stderr
    return record


class Buffers(unittest.TestCase):
    def queues(self, record, name):
        return [call["queues"] for call in record.calls(name=name)]

    def test_recv_takes_a_part_and_leaves_the_rest(self):
        record = script("client.send(b'12345678'); conn.recv(3); conn.recv(100)")
        first, second = self.queues(record, "recv")
        self.assertEqual((first["taken"], first["receive"]), (3, 5))
        self.assertEqual((second["taken"], second["receive"]), (5, 0))

    def test_a_look_takes_nothing(self):
        record = script("client.send(b'12345678'); conn.recv(3, socket.MSG_PEEK)")
        (look,) = self.queues(record, "recv")
        self.assertNotIn("taken", look)
        self.assertEqual(look["receive"], 8)

    def test_the_end_of_the_stream_is_no_byte_taken(self):
        record = script("client.close(); conn.recv(3)")
        (end,) = self.queues(record, "recv")
        self.assertNotIn("taken", end)
        self.assertEqual(end["receive"], 0)

    def test_an_urgent_byte_is_not_taken_out_of_the_stream(self):
        record = script("client.send(b'123', socket.MSG_OOB); conn.recv(1, socket.MSG_OOB)")
        self.assertEqual(record.call("recv")["ret"], 1)
        self.assertNotIn("taken", record.call("recv")["queues"])

    def test_what_send_copied_waits_for_its_acknowledgement(self):
        record = script("""
client.setblocking(False)
try:
    while True:
        client.send(b'x' * 100000)
except BlockingIOError:
    pass
""")
        sends = record.calls(name="send")
        *sent, refused = sends
        for call in sent:
            self.assertEqual(call["queues"]["copied"], call["ret"])
        self.assertEqual(refused["errno"], "EAGAIN")
        self.assertNotIn("copied", refused["queues"])
        # Nobody reads: more was copied than the other end has room for.
        self.assertGreater(refused["queues"]["send"], 0)
        self.assertLess(refused["queues"]["send"], sum(call["ret"] for call in sent))

    def test_sendfile_copies_nothing(self):
        record = script("""
fd = os.memfd_create('page')
os.write(fd, b'page')
os.sendfile(client.fileno(), fd, 0, 4)
""")
        self.assertEqual(record.call("sendfile")["ret"], 4)
        self.assertNotIn("copied", record.call("sendfile")["queues"])

    def test_both_are_told_in_words_and_again_in_a_replay(self):
        body = "client.send(b'12345678'); conn.recv(3)"
        with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
            path, text = f"{folder}/record.jsonl", f"{folder}/record.txt"
            run("--isolate", "-o", path, "-o", text, PYTHON, "-c", PAIR + body)
            with open(text, encoding="utf-8") as file:
                told = file.read()
            again = run("--replay", path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            (recv,) = Record(path).calls(name="recv")
        self.assertEqual(recv["queues"]["taken"], 3)
        self.assertIn("queue   conn  took 3 of 8 bytes, 5 left in the receive buffer\n", told)
        self.assertEqual(again.stdout, told)


class Handshakes(unittest.TestCase):
    """FACTS 3: TCP_DEFER_ACCEPT is the way to look at SYN_RCVD without raw packets."""

    def test_a_connection_without_data_stays_in_syn_rcvd(self):
        record = script("""
listener.listen(5)
client = connected()
client.send(b'data')
conn, addr = listener.accept()
""", DEFER)
        connect, accept = record.call("connect"), record.call("accept4")
        self.assertEqual(connect["state"]["after"], "ESTABLISHED")
        self.assertEqual(connect["state"]["peer"]["after"], "SYN_RCVD")
        self.assertEqual((connect["queues"]["syn_rcvd"], connect["queues"]["accept"]), (1, 0))
        self.assertEqual(accept["socket"]["id"], connect["state"]["peer"]["socket"])
        self.assertEqual(changes(record, accept["socket"]["id"])[:2],
                         ["SYN_RCVD", "ESTABLISHED"])
        self.assertNotIn("syn_rcvd", accept["queues"])

    def test_data_moves_it_to_the_accept_queue_under_the_call_that_sent_it(self):
        record = script("listener.listen(5)\nclient = connected()\nclient.send(b'data')\n"
                        "listener.accept()\n", DEFER)
        queued = record.call("connect")["state"]["peer"]["socket"]
        send = record.call("send")
        # The clock may have looked first, between the kernel's work and the call's return.
        if "peer" in send["state"]:
            self.assertEqual(send["state"]["peer"],
                             {"lane": send["lane"], "socket": queued,
                              "before": "SYN_RCVD", "after": "ESTABLISHED"})
            self.assertEqual(send["queues"]["accept"], 1)
            self.assertNotIn("syn_rcvd", send["queues"])
        else:
            self.assertIn(("SYN_RCVD", "ESTABLISHED"),
                          [(s["from"], s["to"]) for s in record.of("state")])

    def test_each_of_several_is_counted_until_it_is_reset(self):
        record = script("""
listener.listen(5)
clients = [connected() for i in range(3)]
clients[0].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
clients[0].close()
listener.getsockname()
""", DEFER)
        counts = [call["queues"]["syn_rcvd"] for call in record.calls(name="connect")]
        self.assertEqual(counts, [1, 2, 3])
        after = [call for call in record.calls(name="getsockname")
                 if call["socket"].get("role") == "listener"][-1]
        self.assertEqual(after["queues"]["syn_rcvd"], 2)
        gone = record.calls(name="connect")[0]["state"]["peer"]["socket"]
        self.assertEqual(changes(record, gone), ["SYN_RCVD", "CLOSED"])

    def test_where_the_accept_queue_is_full_it_stays_in_syn_rcvd(self):
        # Two handshakes fill the SYN queue of listen(1); the third client gets a SYN cookie,
        # which nothing defers, so it is the first of the two that find room for accept().
        record = script("""
listener.listen(1)
clients = [connected() for i in range(3)]
for client in clients[:2]:
    client.send(b'data')
listener.getsockname()
""", DEFER)
        connects = record.calls(name="connect")
        queued = [call["state"]["peer"]["socket"] for call in connects]
        self.assertEqual([call["state"]["peer"]["after"] for call in connects],
                         ["SYN_RCVD", "SYN_RCVD", "ESTABLISHED"])
        last = [call for call in record.calls(name="getsockname")
                if call["socket"].get("role") == "listener"][-1]
        self.assertEqual((last["queues"]["accept"], last["queues"]["syn_rcvd"]), (2, 1))
        self.assertEqual(changes(record, queued[0])[:2], ["SYN_RCVD", "ESTABLISHED"])
        self.assertNotIn("ESTABLISHED", changes(record, queued[1]))


if __name__ == "__main__":
    unittest.main()
