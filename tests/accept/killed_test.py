"""SIGKILL, for socktrace or for anybody it traces, at any moment: nobody is left standing or stuck,
and the recording is whole up to its last line and can be replayed.

When, comes by chance from a seed, which is printed where a test fails: SEED=N repeats it. `make
torture` kills 500 times, `make check` 60.
"""

import json
import os
import random
import signal
import subprocess
import tempfile
import time
import unittest

from traced import LIMIT, SOCKTRACE, program, run

TIMES = 500 if os.environ.get("TORTURE") else 60
SEED = int(os.environ.get("SEED", random.randrange(1 << 32)))
ENDS_WITHIN = 10  # seconds, for the kernel to end those whose tracer is dead


def processes():
    """{pid: (parent, state)} of all."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                words = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        found[int(pid)] = (int(words[1]), words[0])
    return found


def marked(mark):
    """Who has it in the environment: {pid: state}. A zombie has none any more."""
    found = {}
    for pid, (_, state) in processes().items():
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                if mark in file.read():
                    found[pid] = state
        except OSError:
            continue
    return found


class Killed(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(SEED)
        folder = tempfile.TemporaryDirectory(prefix="socktrace-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.round = 0

    def start(self, *arguments, stdout=subprocess.PIPE):
        self.round += 1
        self.mark = f"KILLED_TEST={os.getpid()}.{self.id()}.{self.round}"
        name, value = self.mark.split("=")
        return subprocess.Popen([SOCKTRACE, *arguments], stdin=subprocess.DEVNULL, stdout=stdout,
                                stderr=subprocess.PIPE, text=True,
                                env={**os.environ, name: value})

    def what(self):
        return f"SEED={SEED}, round {self.round}"

    def nobody_is_left(self):
        until = time.monotonic() + ENDS_WITHIN
        while left := marked(self.mark.encode()):
            if time.monotonic() > until:
                for pid in left:
                    os.kill(pid, signal.SIGKILL)
                self.fail(f"{self.what()}: left behind: {left}")
            time.sleep(0.002)

    def is_whole(self, path):
        """Each line is JSON; only the last may be cut off, where SIGKILL came within write(2)."""
        if not os.path.exists(path) or not os.path.getsize(path):
            return
        with open(path, "rb") as file:
            lines = file.read().split(b"\n")
        for line in lines[:-1]:
            json.loads(line)
        done = run("--replay", path, "-o", os.path.join(self.folder, "again.jsonl"))
        self.assertEqual((done.returncode, done.stderr), (0, ""), self.what())

    def duration(self, *arguments):
        began = time.monotonic()
        self.assertEqual(run(*arguments).returncode, 0)
        return time.monotonic() - began

    def tracer(self, *options):
        """Kills the tracer: EXITKILL ends whom it has launched."""
        path = os.path.join(self.folder, "t.jsonl")
        command = [*options, "-o", path, program("busy"), "4"]
        longest = self.duration(*command)
        for _ in range(TIMES // 5):
            socktrace = self.start(*command)
            time.sleep(self.random.random() * longest)
            socktrace.kill()
            socktrace.communicate(timeout=LIMIT)
            self.nobody_is_left()
            self.is_whole(path)

    def test_the_tracer(self):
        self.tracer()

    def test_the_tracer_of_an_isolated_network(self):
        self.tracer("--isolate", "--sockets")

    def tracee(self, *options):
        """Kills one of the traced processes: the trace ends as the programs do."""
        path = os.path.join(self.folder, "t.jsonl")
        command = [*options, "-o", path, program("busy"), "4"]
        longest = self.duration(*command)
        for _ in range(TIMES // 5):
            socktrace = self.start(*command)
            until = time.monotonic() + self.random.random() * longest
            while time.monotonic() < until and socktrace.poll() is None:
                time.sleep(0.001)
            victims = [pid for pid, (_, state) in self.tree(socktrace.pid).items()
                       if state != "Z"]
            victim = self.random.choice(victims) if victims else 0
            if victim:
                kill(victim)
            _, err = socktrace.communicate(timeout=LIMIT)
            self.nobody_is_left()
            # Killed before it could be traced: there is nothing to be recorded.
            if err == "socktrace: ptrace: No such process\n":
                self.assertEqual(socktrace.returncode, 125, self.what())
                continue
            self.assertIn(socktrace.returncode, (0, -signal.SIGKILL), f"{self.what()}: {err}")
            self.assertEqual(err, "", self.what())
            self.is_whole(path)
            with open(path, encoding="utf-8") as file:
                lines = [json.loads(line) for line in file]
            self.assertEqual(lines[-1]["type"], "end", self.what())
            exits = [line["pid"] for line in lines
                     if line["type"] == "process" and line["what"] == "exit"]
            starts = [line["pid"] for line in lines
                      if line["type"] == "process" and line["what"] in ("start", "fork")]
            self.assertEqual(sorted(exits), sorted(starts), self.what())

    def tree(self, root):
        """Whom it traces, not itself."""
        everybody, found = processes(), {}
        for pid, entry in everybody.items():
            parent = entry[0]
            while parent in everybody and parent != root:
                parent = everybody[parent][0]
            if parent == root:
                found[pid] = entry
        return found

    def test_a_tracee(self):
        self.tracee()

    def test_a_tracee_in_an_isolated_network(self):
        self.tracee("--isolate")

    def test_the_tracer_of_an_attached_program(self):
        """It was there before, and goes on."""
        path = os.path.join(self.folder, "t.jsonl")
        for _ in range(TIMES // 5):
            with subprocess.Popen([program("busy"), "30"], stdout=subprocess.PIPE,
                                  text=True) as busy:
                socktrace = self.start("-o", path, "-p", str(busy.pid))
                time.sleep(self.random.random() * 0.1)
                socktrace.kill()
                socktrace.communicate(timeout=LIMIT)
                out, _ = busy.communicate(timeout=LIMIT)
                self.assertEqual((busy.returncode, out), (0, "30 of 30\n"), self.what())
            self.nobody_is_left()
            self.is_whole(path)


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


if __name__ == "__main__":
    unittest.main()
