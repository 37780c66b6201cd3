"""Tracer and tracee share a CPU while there are many stops: the program does not see it."""

import os
import subprocess
import tempfile
import unittest

from traced import PYTHON, needs, run

# Makes so many stops that it is moved, then asks in every way what it may run on.
BUSY = """
import os, socket, subprocess, sys, threading
a, b = socket.socketpair()
def stops(count=400):
    for i in range(count):
        a.send(b'x'); b.recv(1)
def mask():
    return sorted(os.sched_getaffinity(0))
"""


@unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "this machine has one CPU")
class Affinity(unittest.TestCase):
    def same(self, script):
        alone = subprocess.run([PYTHON, "-c", BUSY + script], capture_output=True, text=True,
                               check=False, timeout=60)
        self.assertEqual(alone.returncode, 0, alone.stderr)
        with tempfile.TemporaryDirectory() as folder:
            traced = run("-o", os.path.join(folder, "t.jsonl"), PYTHON, "-c", BUSY + script)
        self.assertEqual(traced.stdout, alone.stdout)
        self.assertEqual(traced.stderr, alone.stderr)
        self.assertEqual(traced.returncode, 0)
        return alone.stdout

    def test_it_is_moved_at_all(self):
        """Otherwise the tests below would prove nothing: /proc tells."""
        script = BUSY + "stops(2000)\nprint(open('/proc/self/status').read())"
        done = run("-o", "/dev/null", PYTHON, "-c", script)
        (line,) = [w for w in done.stdout.splitlines() if w.startswith("Cpus_allowed_list")]
        self.assertRegex(line.split()[1], r"^\d+$")

    def test_its_own_mask(self):
        self.same("stops(); print(mask()); stops(); print(mask(), os.cpu_count())")

    def test_nproc_and_taskset_inside(self):
        needs("nproc", "taskset")
        self.same("stops(); subprocess.run(['nproc']); stops();"
                  "out = subprocess.run(['taskset', '-p', str(os.getpid())], capture_output=True,"
                  "text=True).stdout; print(out.split(':')[1])")

    def test_children_and_threads_start_with_the_mask(self):
        self.same("""
stops()
for i in range(5):
    stops(200)
    if os.fork() == 0:
        print(open('/proc/self/status').read().split('Cpus_allowed_list:')[1].split()[0])
        os._exit(0)
    os.wait()
def show():
    text = open('/proc/thread-self/status').read()
    print(text.split('Cpus_allowed_list:')[1].split()[0])
for i in range(5):
    stops(200)
    thread = threading.Thread(target=show)
    thread.start()
    thread.join()
""")

    def test_a_mask_of_its_own_is_kept(self):
        self.same("""
one = {sorted(os.sched_getaffinity(0))[-1]}
stops()
os.sched_setaffinity(0, one)
stops(2000)
print(mask())
print(open('/proc/self/status').read().split('Cpus_allowed_list:')[1].split()[0])
""")

    def test_a_mask_from_outside_is_kept(self):
        needs("taskset")
        self.same("""
import time
stops()
last = str(mask()[-1])
stops()
subprocess.run(['taskset', '-pc', last, str(os.getpid())], stdout=subprocess.DEVNULL)
time.sleep(0.2)
print(mask() == [int(last)])
""")

    def test_the_mask_comes_back_when_stops_are_rare(self):
        self.same("""
import time
stops(2000)
end = time.monotonic() + 0.5
while time.monotonic() < end:
    pass
print(open('/proc/self/status').read().split('Cpus_allowed_list:')[1].split()[0])
""")


if __name__ == "__main__":
    unittest.main()
