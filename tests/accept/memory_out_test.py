"""Without memory socktrace ends with a line that says so, or goes on and says what it lost: never
a crash, never a program that is left standing, never half a line in a recording.

tests/preload/allocation.c lets one allocation fail, or all from one on. `make torture` tries each
of them, `make check` some.
"""

import concurrent.futures
import json
import os
import subprocess
import tempfile
import unittest

import traced
from traced import SOCKTRACE, program, run

FULL = bool(os.environ.get("TORTURE"))
PRELOAD = os.path.join(traced.BUILD, "tests", "preload", "allocation.so")
# AddressSanitizer wants to come first; what it finds ends the program with that status.
SANITIZER = "detect_leaks=0:verify_asan_link_order=0:exitcode=99"
ALWAYS = 1000000000
FORMATS = ["jsonl", "text", "strace", "perfetto", "asciicast", "mermaid", "python", "pcapng"]


class Memory(unittest.TestCase):
    def setUp(self):
        if not os.access(PRELOAD, os.X_OK):
            self.skipTest("tests/preload/allocation.c is not built")
        folder = tempfile.TemporaryDirectory(prefix="socktrace-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def with_failing(self, first, count, *arguments):
        """Whoever does not come back within the limit is stuck."""
        environment = {**os.environ, "LD_PRELOAD": PRELOAD, "ASAN_OPTIONS": SANITIZER,
                       "FAIL_FROM": str(first), "FAIL_COUNT": str(count),
                       "FAIL_TELL": self.path(f"count.{first}.{count}")}
        return run(*arguments, env=environment)

    def allocations(self, *arguments):
        """How many there are if none fails."""
        done = self.with_failing(0, 0, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.path("count.0.0"), encoding="ascii") as file:
            return int(file.read())

    def each(self, total, quick, try_one):
        """Tries so many of them in `make check`, all in `make torture`; two at a time."""
        numbers = range(1, total + 1, 1 if FULL else max(1, total // quick))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for number, wrong in zip(numbers, pool.map(try_one, numbers)):
                self.assertEqual(wrong, "", f"allocation {number} of {total} fails")

    def fault_of_end(self, done):
        if done.returncode not in (0, 125):
            return f"status {done.returncode}: {done.stderr}"
        told = [line for line in done.stderr.splitlines() if line.startswith("socktrace: ")]
        if done.returncode == 125 and not any("memory" in line for line in told):
            return f"does not say why it ends: {done.stderr}"
        return ""

    def fault_of_recording(self, path):
        if not os.path.exists(path) or not os.path.getsize(path):
            return ""
        with open(path, "rb") as file:
            data = file.read()
        if not data.endswith(b"\n"):
            return f"half a line: {data[-80:]}"
        for line in data.splitlines():
            json.loads(line)
        again = run("--replay", path, "-o", "/dev/null")
        return "" if again.returncode == 0 else f"cannot be replayed: {again.stderr}"

    def trace(self, count, quick, *options):
        command = [program("busy"), "1"]
        total = self.allocations(*options, "-o", self.path("all.jsonl"), *command)
        self.assertGreater(total, 100)

        def try_one(number):
            path = self.path(f"{number}.jsonl")
            done = self.with_failing(number, count, *options, "-o", path, *command)
            # Whoever was not ended by socktrace's own end did not notice anything.
            disturbed = done.returncode == 0 and done.stdout != "1 of 1\n"
            return (self.fault_of_end(done) or self.fault_of_recording(path)
                    or (f"disturbed: {done.stdout}" if disturbed else ""))

        self.each(total, quick, try_one)

    def test_one_allocation_fails_in_a_trace(self):
        self.trace(1, 100)

    def test_one_allocation_fails_in_an_isolated_trace(self):
        self.trace(1, 40, "--isolate", "--sockets")

    def test_all_allocations_fail_from_some_moment_of_a_trace(self):
        self.trace(ALWAYS, 60)

    def test_all_allocations_fail_for_a_while(self):
        self.trace(20, 40)

    def test_one_allocation_fails_in_a_replay(self):
        recording = self.path("recording.jsonl")
        run("--isolate", "-o", recording, program("busy"), "1")
        for name in FORMATS:
            with self.subTest(name):
                command = ["--replay", recording, "--format", name, "-o"]
                total = self.allocations(*command, self.path("all"))

                def try_one(number):
                    path = self.path(f"{name}.{number}")
                    done = self.with_failing(number, 1, *command, path)
                    return self.fault_of_end(done) or (
                        self.fault_of_recording(path) if name == "jsonl" else "")

                self.each(total, 15, try_one)


if __name__ == "__main__":
    unittest.main()
