"""Who is asked for a state, and when: what is not asked must be known."""

import os
import socket
import tempfile
import threading
import unittest

from traced import PYTHON, trace

PAIR = """
import array, os, signal, socket, struct, threading
listener = socket.socket()
listener.bind(('127.0.0.1', 0))
listener.listen(5)
client = socket.socket()
client.connect(listener.getsockname())
conn, addr = listener.accept()
"""

# The accepted end in a child of its own, which does its part and then says so, or dies.
CHILD = PAIR + """
end, keep = os.pipe()
pid = os.fork()
if pid == 0:
    client.close()
    conn.recv(1)
    PART
    os.write(keep, b'.')
    conn.recv(1)
    os._exit(0)
os.close(keep)
conn.close()
client.send(b'x')
os.read(end, 1) or os.waitpid(pid, 0)
client.sendall(b'after')
"""

LINGER = """
def linger(on):
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', on, 4))
"""


def script(body):
    done, record = trace(PYTHON, "-c", body)
    assert done.returncode == 0, done.stderr
    return record


def sends(record):
    """The states around each call that sends."""
    return [call["state"] for call in record.calls() if call["call"] in ("send", "sendto")]


class Before(unittest.TestCase):
    """What a call finds is the last that was seen, unless it may have changed."""

    def changed_by(self, part):
        return sends(script(CHILD.replace("PART", part)))[-1]["before"]

    def test_nothing_happened_between_two_calls(self):
        record = script(PAIR + "client.send(b'a'); conn.send(b'b'); client.send(b'c')")
        self.assertEqual([state["before"] for state in sends(record)], ["ESTABLISHED"] * 3)

    def test_the_other_end_is_shut_down_in_another_process(self):
        self.assertEqual(self.changed_by("conn.shutdown(socket.SHUT_WR)"), "CLOSE_WAIT")

    def test_the_other_end_is_replaced_by_dup2(self):
        part = "os.dup2(0, conn.detach()); os.write(keep, b'.'); os._exit(0)"
        self.assertEqual(self.changed_by(part), "CLOSE_WAIT")

    def test_the_other_end_is_closed_by_exec(self):
        part = "os.set_inheritable(keep, True); " \
               "os.execv('/bin/sh', ['sh', '-c', f'echo >&{keep}'])"
        self.assertEqual(self.changed_by(part), "CLOSE_WAIT")

    def test_the_other_end_dies(self):
        part = "os.kill(os.getpid(), signal.SIGKILL)"
        self.assertEqual(self.changed_by(part), "CLOSE_WAIT")

    def test_a_descriptor_that_was_passed_on_is_shut_down_where_nobody_looks(self):
        def shut_down(server):
            channel, _ = server.accept()
            _, descriptors, _, _ = socket.recv_fds(channel, 1, 1)
            received = socket.socket(fileno=descriptors[0])
            received.shutdown(socket.SHUT_WR)
            received.close()
            channel.close()

        with tempfile.TemporaryDirectory(prefix="socktrace-") as folder, \
                socket.socket(socket.AF_UNIX) as server:
            path = os.path.join(folder, "channel")
            server.bind(path)
            server.listen(1)
            thread = threading.Thread(target=shut_down, args=(server,), daemon=True)
            thread.start()
            record = script(PAIR + f"""
channel = socket.socket(socket.AF_UNIX)
channel.connect({path!r})
client.send(b'a')
socket.send_fds(channel, [b'x'], [conn.fileno()])
channel.recv(1)
client.sendall(b'after')
""")
            thread.join(10)
        before = [state["before"] for state in sends(record) if "before" in state]
        self.assertEqual(before, ["ESTABLISHED", "CLOSE_WAIT"])


class Lingering(unittest.TestCase):
    """A close by another thread, while a copy of the descriptor lives, would linger in us."""

    def witnesses(self, body):
        return [state["witness"] for state in sends(script(PAIR + LINGER + body))]

    def test_without_threads_the_descriptor_is_asked(self):
        self.assertEqual(self.witnesses("linger(1); conn.send(b'x')"), ["tcp_info"])

    def test_with_threads_sock_diag_is_asked_while_the_option_is_on(self):
        self.assertEqual(self.witnesses("""
enough = threading.Event()
threading.Thread(target=enough.wait).start()
conn.send(b'x')
linger(1)
conn.send(b'x')
linger(0)
conn.send(b'x')
enough.set()
"""), ["tcp_info", "sock_diag", "tcp_info"])

    def test_its_queues_are_told_all_the_same(self):
        record = script(PAIR + LINGER + """
enough = threading.Event()
threading.Thread(target=enough.wait).start()
linger(1)
client.send(b'hello')
conn.recv(2)
enough.set()
""")
        received = [call for call in record.calls() if call["call"] in ("recv", "recvfrom")]
        self.assertEqual(received[-1]["state"]["witness"], "sock_diag")
        self.assertEqual(received[-1]["queues"]["receive"], 3)


if __name__ == "__main__":
    unittest.main()
