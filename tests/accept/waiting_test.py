"""Calls that sleep are shown where they began to, however many there are."""

import unittest

from traced import PYTHON, trace

MANY = 40  # more than the tracer keeps files open for, and than it looks at for one line

SLEEPERS = f"""
import os, socket, threading, time
RECVFROM = {{'x86_64': '45 ', 'aarch64': '207 '}}[os.uname().machine]
pairs = [socket.socketpair() for i in range({MANY})]
threads = [threading.Thread(target=pair[1].recv, args=(1,)) for pair in pairs]
for thread in threads:
    thread.start()

def sleeps(thread):
    with open(f'/proc/self/task/{{thread.native_id}}/syscall') as file:
        return file.read().startswith(RECVFROM)

for turn in range(2000):
    if all(sleeps(thread) for thread in threads):
        break
    time.sleep(0.005)
for pair in pairs:
    pair[0].send(b'x')
for thread in threads:
    thread.join()
"""


class Waiting(unittest.TestCase):
    def test_each_of_many_sleeping_threads_is_shown_before_what_wakes_it(self):
        done, record = trace(PYTHON, "-c", SLEEPERS)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [(line["type"], line.get("call"), line.get("n")) for line in record.lines]
        begun = [n for kind, call, n in lines if kind == "enter" and call == "recv"]
        first_send = next(i for i, (kind, call, _) in enumerate(lines) if call == "send")
        before = [n for kind, call, n in lines[:first_send] if kind == "enter" and call == "recv"]
        self.assertEqual(len(before), MANY)
        self.assertEqual(begun, before)
        received = record.calls(name="recv")
        self.assertEqual(sorted(call["n"] for call in received), sorted(before))


if __name__ == "__main__":
    unittest.main()
