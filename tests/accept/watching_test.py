"""A program stops only where a socket is concerned, and there always."""

import os
import shutil
import socket
import subprocess
import tempfile
import unittest

from traced import PYTHON, SOCKTRACE, Record, program, run, trace

WAYS = ["socket", "socketpair", "accept", "dup", "dup2", "dup3", "fcntl", "rights", "pidfd_getfd",
        "fork", "untraced", "clone3", "thread", "number", "strict", "table", "filter"]


class EveryWay(unittest.TestCase):
    """In which a number comes to mean a socket."""

    def check(self, way, wrapper=(), options=()):
        ways = program("ways")
        alone = subprocess.run([ways, way], capture_output=True, text=True, check=False,
                               timeout=30)
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o777)
            path = os.path.join(folder, "t.jsonl")
            binary = shutil.copy(SOCKTRACE, folder)
            ways = shutil.copy(ways, folder)
            done = subprocess.run([*wrapper, binary, "-o", path, *options, ways, way],
                                  capture_output=True, text=True, check=False, timeout=60)
            record = Record(path)
        self.assertEqual(done.stderr, alone.stderr)
        self.assertEqual(done.stdout, alone.stdout)
        self.assertEqual(done.returncode, alone.returncode)
        named = [int(line.split()[1]) for line in alone.stdout.splitlines()
                 if line.startswith(way + " ")]
        written = [call["socket"]["fd"] for call in record.calls(name="write")]
        self.assertTrue(named)
        self.assertEqual(written, named)

    def test_is_seen(self):
        for way in WAYS:
            with self.subTest(way):
                self.check(way)

    def test_is_seen_without_privilege(self):
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("only root can become an ordinary user")
        for way in WAYS:
            if way == "pidfd_getfd":
                continue  # needs ptrace rights over itself, which Yama may refuse
            with self.subTest(way):
                self.check(way, ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"])

    def test_is_seen_where_all_calls_stop(self):
        for way in ("socket", "rights", "number", "filter", "thread"):
            with self.subTest(way):
                self.check(way, options=["--no-follow"])


class Inherited(unittest.TestCase):
    def test_sockets_a_program_was_started_with(self):
        ours, theirs = socket.socketpair()
        other, high = socket.socketpair()
        with ours, theirs, other, high, tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "t.jsonl")
            number = high.fileno()
            script = f"import os; os.write(0, b'zero'); os.write({number}, b'high')"
            subprocess.run([SOCKTRACE, "-o", path, PYTHON, "-c", script], stdin=theirs,
                           pass_fds=[number], check=True, timeout=30)
            self.assertEqual((ours.recv(9), other.recv(9)), (b"zero", b"high"))
            written = [call["socket"]["fd"] for call in Record(path).calls(name="write")]
        self.assertEqual(written, [0, number])

    def test_sockets_that_survive_exec(self):
        script = ("import os, socket, sys; a, b = socket.socketpair(); a.set_inheritable(True);"
                  "b.set_inheritable(True);"
                  "os.execv(sys.executable, [sys.executable, '-c',"
                  " f'import os; os.write({a.fileno()}, b\"after\")'])")
        done, record = trace(PYTHON, "-c", script)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(record.calls(name="write")), 1)


class Files(unittest.TestCase):
    """A stop puts the program to sleep: getrusage(2) counts how often it slept."""

    READS = 5000

    def sleeps(self, before, *options):
        script = (f"import os, resource, socket\n{before}\n"
                  "fd = os.open('/dev/zero', os.O_RDONLY)\n"
                  "def slept(): return resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw\n"
                  f"start = slept()\nfor i in range({self.READS}): os.read(fd, 1)\n"
                  "print(slept() - start)")
        done = run("-q", "-o", "/dev/null", *options, PYTHON, "-c", script)
        return int(done.stdout)

    def test_reading_a_file_does_not_stop(self):
        self.assertLess(self.sleeps(""), self.READS / 10)

    def test_nor_beside_sockets(self):
        self.assertLess(self.sleeps("keep = [socket.socket() for i in range(3)]"),
                        self.READS / 10)

    def test_this_counts_stops(self):
        """Where every call stops they are there: otherwise the tests above prove nothing."""
        self.assertGreaterEqual(self.sleeps("", "--no-follow"), self.READS)


if __name__ == "__main__":
    unittest.main()
