"""Torture programs see the same traced as alone, and no call on a socket is lost or invented.

Each program in this folder prints what it saw. `make torture` runs them at their full size, `make
check` (TORTURE is not set) a quick part.
"""

import collections
import difflib
import os
import shutil
import subprocess
import tempfile
import unittest

import traced
from traced import Record

FULL = bool(os.environ.get("TORTURE"))
PROGRAMS = os.path.join(traced.BUILD, "tests", "torture")
LIMIT = 200 if FULL else 60  # seconds for one run; whoever needs longer hangs

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
        self.whole(record)
        return record

    def whole(self, record):
        """Who began has ended, processes and calls, each once."""
        lives = collections.Counter()
        for line in record.of("process"):
            lives[line["pid"]] += {"start": 1, "fork": 1, "exit": -1}.get(line["what"], 0)
        self.assertEqual({pid: n for pid, n in lives.items() if n}, {}, "births without end")
        ended = [line["n"] for kind in ("call", "unfinished") for line in record.of(kind)]
        self.assertEqual(len(ended), len(set(ended)), "calls that ended twice")
        waiting = {line["n"] for line in record.of("enter")}
        self.assertEqual(waiting - set(ended), set(), "calls that never ended")


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

    def test_in_threads_under_a_timer(self):
        self.compare("threads-timer")

    def test_with_filters_of_its_own(self):
        self.compare("filter")

    def test_in_threads_with_filters_of_their_own(self):
        self.compare("filters")

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
        self.same("stopped", size(200, 20))

    def test_short_lived_children_and_killed_ones(self):
        count = int(size(500, 100))
        record = self.same("children", str(count))
        born = [line for line in record.of("process") if line["what"] == "fork"]
        # Three ways; half of them killed, a tenth by a child of theirs, a tenth with a peer.
        self.assertEqual(len(born), 3 * count + count // 2 + 3 * (count // 10))

    def test_threads_that_fork_and_exec(self):
        record = self.same("crowd", size(200, 50))
        execs = [line for line in record.of("process") if line["what"] == "exec"]
        self.assertEqual(len(execs), 4 * 6 + 1)

    def test_descriptors_passed_through_processes(self):
        self.same("storm", size(400, 20))

    def test_i386_calls_in_a_64_bit_program(self):
        rounds = int(size(3000, 100))
        record = self.same("int80", str(rounds))
        if os.uname().machine != "x86_64":
            self.skipTest("there is no int $0x80 on this machine")
        # Alone, under a timer, in four threads, in a child.
        made = collections.Counter(line["call"] for line in record.of("call"))
        for call in ("socketpair", "dup", "write", "read", "send", "recv"):
            self.assertEqual(made[call], 7 * rounds, call)
        self.assertEqual(made["close"], 3 * 7 * rounds)

    def test_execs_between_64_and_32_bits(self):
        with tempfile.TemporaryDirectory(prefix="torture-") as folder:
            other = os.path.join(folder, "widths32")
            made = subprocess.run(
                ["gcc", "-m32", "-std=gnu17", "-D_GNU_SOURCE", "-I.", "-O2", "-o", other,
                 "tests/torture/widths.c", "-pthread"], capture_output=True, check=False)
            if made.returncode != 0:
                self.skipTest("gcc -m32 builds nothing here")
            record = self.same("widths", other, size(30, 6))
        sent = [line["ret"] for line in record.calls(name="send")]
        self.assertEqual(sent, [2, 1] * (int(size(30, 6)) + 1))


class Scenes(Torture):
    """Programs of several scenes, each on its own."""

    def scenes(self, program_name, *names):
        for name in names:
            with self.subTest(name):
                self.same(program_name, name)

    def test_another_parent(self):
        self.scenes("births", "parent", "orphan", "no-signal", "pidfd")

    def test_children_that_must_not_be_traced(self):
        self.scenes("births", "untraced", "untraced-vfork")

    def test_shared_and_unshared_descriptors(self):
        self.scenes("births", "files", "unshare-files", "thread-unshares", "thread-close-range")

    def test_shared_memory(self):
        self.scenes("births", "memory")

    def test_namespaces(self):
        self.scenes("births", "pid-namespace", "user-namespace", "dying-namespace")

    def test_threads_that_fork_or_outlive_their_leader(self):
        self.scenes("births", "thread", "leader")

    def test_another_user(self):
        self.scenes("powers", "setuid", "seteuid", "no-new-privs")

    def test_not_dumpable(self):
        self.scenes("powers", "not-dumpable", "never-dumpable")

    def test_another_root(self):
        self.scenes("powers", "chroot")

    def test_what_the_kernel_keeps_for_a_thread(self):
        self.scenes("odds", "rseq", "robust", "itself")

    def test_stacks_that_are_full(self):
        self.scenes("odds", "low-stack", "overflow")

    def test_limits(self):
        self.scenes("odds", "no-memory", "high-descriptors", "few-descriptors")

    def test_sigtrap(self):
        self.scenes("odds", "sigtrap")

    def test_a_program_cannot_be_traced_twice(self):
        """The one thing that differs, as under any tracer."""
        command = [program("odds"), "traceme"]
        alone = self.run_one(command).stdout
        ours = self.run_one([traced.SOCKTRACE, "-o", "/dev/null", *command]).stdout
        self.assertIn("PTRACE_TRACEME: works", alone)
        self.assertEqual(ours, alone.replace("works", "is refused"))


class AnOrdinaryUser(Torture):
    """Without privilege, what may not be looked into is told once and otherwise left alone."""

    USER = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")

    def scenes(self, name, *scenes):
        if os.geteuid() != 0:
            self.skipTest("only root can become another user")
        traced.needs("setpriv")
        with tempfile.TemporaryDirectory(prefix="torture-") as folder:
            os.chmod(folder, 0o755)
            tracer = shutil.copy(traced.SOCKTRACE, folder)
            command = shutil.copy(program(name), folder)
            for scene in scenes:
                with self.subTest(scene):
                    alone = self.run_one([*self.USER, command, scene])
                    ours = self.run_one([*self.USER, tracer, "-o", "/dev/null", command, scene])
                    self.assertEqual(ours.stdout, alone.stdout)
                    self.assertEqual(ours.returncode, alone.returncode)
                    told = [line for line in ours.stderr.splitlines()
                            if line not in alone.stderr.splitlines()]
                    self.assertLessEqual(len(told), 2, told)

    def test_not_dumpable(self):
        self.scenes("powers", "not-dumpable", "never-dumpable")

    def test_no_right_to_become_another(self):
        self.scenes("powers", "setuid", "seteuid", "chroot", "no-new-privs")

    def test_namespaces(self):
        self.scenes("births", "user-namespace", "pid-namespace", "dying-namespace")

    def test_limits(self):
        self.scenes("odds", "no-memory", "few-descriptors", "robust", "low-stack")

    def test_filters(self):
        self.scenes("filters", "errno", "allow-list", "kill-process", "trap", "tsync")


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
