"""Torture programs see the same traced as alone, and no call on a socket is lost or invented.

Each program in this folder prints what it saw. `make torture` runs them at their full size, `make
check` (TORTURE is not set) a quick part.
"""

import collections
import difflib
import os
import subprocess
import tempfile
import unittest

import traced
from traced import Record

FULL = bool(os.environ.get("TORTURE"))
PROGRAMS = os.path.join(traced.BUILD, "tests", "torture")
LIMIT = 100 if FULL else 60  # seconds for one run; whoever needs longer hangs

# What the C library's names are for the kernel's calls, where no address is given.
NAMES = {"sendto": "send", "recvfrom": "recv"}


def program(name):
    path = os.path.join(PROGRAMS, name)
    if not os.access(path, os.X_OK):
        raise unittest.SkipTest(f"{name} is not built")
    return path


def size(full, quick):
    return str(full if FULL else quick)


def living():
    """The processes of this machine whose program is one of ours: {pid: name}."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            path = os.readlink(f"/proc/{pid}/exe")
        except OSError:
            continue  # it has ended, or it is a kernel's thread
        if path.startswith(PROGRAMS + "/"):
            found[int(pid)] = os.path.basename(path)
    return found


class Torture(unittest.TestCase):
    maxDiff = 2000

    def run_one(self, command):
        before = living()
        done = subprocess.run(command, capture_output=True, text=True, check=False,
                              stdin=subprocess.DEVNULL, timeout=LIMIT)
        left = {pid: name for pid, name in living().items() if pid not in before}
        self.assertEqual(left, {}, "processes are left behind")
        return done

    def same(self, name, *arguments, folder=None):
        """Runs it alone and traced; they must be equal. Returns the record."""
        command = [program(name), *arguments]
        with tempfile.TemporaryDirectory(prefix="torture-") as own:
            path = os.path.join(folder or own, "record.jsonl")
            alone = self.run_one(command)
            traced_run = self.run_one([traced.SOCKTRACE, "-o", path, *command])
            self.assertEqual(traced_run.stdout, alone.stdout)
            self.assertEqual(traced_run.stderr, alone.stderr)
            self.assertEqual(traced_run.returncode, alone.returncode)
            record = Record(path)
        self.assertEqual(record.lines[-1]["type"], "end")
        return record


def calls_by_thread(record):
    """{tid: [(call, descriptor, result, errno)]} of a record. What the kernel began anew is the
    same call."""
    found = collections.defaultdict(list)
    for call in sorted(record.of("call"), key=lambda line: line["n"]):
        if call.get("restarted"):
            continue
        first = call["args"][0] if call["args"] else {}
        fd = first["value"] if first.get("kind") == "fd" else -1
        found[call["tid"]].append((call["call"], fd, call["ret"], call.get("errno", "-")))
    return dict(found)


def log_by_thread(path):
    """The same of a program's own log."""
    found = collections.defaultdict(list)
    with open(path, encoding="ascii") as file:
        for line in file:
            tid, call, fd, result, errno = line.split()
            found[int(tid)].append((NAMES.get(call, call), int(fd), int(result), errno))
    return dict(found)


def differences(done, seen):
    """What is lost and what is invented, each with the two calls before it."""
    if done == seen:
        return []
    matcher = difflib.SequenceMatcher(None, done, seen, autojunk=False)
    return [
        f"{word} {call}, after {before}"
        for _, first, end, seen_first, seen_end in matcher.get_opcodes()
        if done[first:end] != seen[seen_first:seen_end]
        for word, calls in (("lost", done[first:end]), ("invented", seen[seen_first:seen_end]))
        for call in calls
        for before in [done[max(0, first - 2):first]]
    ]


class Mixed(Torture):
    """10,000 operations on sockets and files, compared with the program's own log."""

    def compare(self, mode, seed=1):
        with tempfile.TemporaryDirectory(prefix="torture-") as folder:
            log = os.path.join(folder, "log")
            record = self.same("mixed", mode, size(10000, 1000), str(seed), log, folder=folder)
            done, seen = log_by_thread(log), calls_by_thread(record)
        self.assertGreater(sum(map(len, done.values())), int(size(5000, 500)))
        self.assertEqual(sorted(seen), sorted(done), "threads with calls")
        wrong = [line for tid in done for line in differences(done[tid], seen[tid])]
        self.assertEqual(wrong[:10], [], f"{len(wrong)} differences")

    def test_alone(self):
        self.compare("alone")

    def test_alone_with_other_numbers(self):
        for seed in range(2, int(size(5, 3))):
            with self.subTest(seed=seed):
                self.compare("alone", seed)

    def test_under_a_timer(self):
        self.compare("timer")

    def test_in_threads(self):
        self.compare("threads")

    def test_in_vfork_children(self):
        self.compare("vfork")

    def test_in_processes_that_share_their_descriptors(self):
        self.compare("files")


class Same(Torture):
    """What a program sees does not depend on being traced."""

    def test_signals_in_every_phase_of_a_call(self):
        self.same("signals", size(2000, 300))

    def test_calls_that_sleep_are_interrupted_and_restarted(self):
        self.same("blocked")

    def test_sockets_closed_while_a_thread_sleeps_on_them(self):
        self.same("closing", size(3000, 200))

    def test_stopped_and_continued_with_threads(self):
        self.same("stopped", size(1500, 100))


class Filters(Torture):
    """Programs with seccomp filters of their own."""

    def scene(self, name):
        self.same("filters", name)

    def test_errno(self):
        for name in ("errno", "errno-to-data", "errno-0", "prctl", "many"):
            with self.subTest(name):
                self.scene(name)

    def test_kill(self):
        self.scene("kill-process")

    def test_kill_of_one_thread(self):
        self.scene("thread-kill")

    def test_trap(self):
        self.scene("trap")

    def test_allow_list(self):
        for name in ("allow-list", "allow-list-that-kills"):
            with self.subTest(name):
                self.scene(name)

    def test_trace_without_the_programs_own_tracer(self):
        for name in ("trace", "trace-0"):
            with self.subTest(name):
                self.scene(name)

    def test_strict_mode(self):
        for name in ("strict", "strict-forbidden"):
            with self.subTest(name):
                self.scene(name)

    def test_in_one_thread_only(self):
        self.scene("thread-errno")

    def test_in_all_threads_at_once(self):
        for name in ("tsync", "tsync-after-threads"):
            with self.subTest(name):
                self.scene(name)


if __name__ == "__main__":
    unittest.main()
