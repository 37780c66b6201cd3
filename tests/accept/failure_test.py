"""What socktrace does where something fails beside it: an output that takes no more, a folder that
is gone, no more descriptors. The program is not disturbed, and one line says what happened."""

import collections
import os
import resource
import signal
import subprocess
import sys
import tempfile
import unittest

from traced import BUILD, LIMIT, SOCKTRACE, Record, program, run

FORMATS = ["text", "strace", "perfetto", "asciicast", "jsonl", "markdown", "mermaid", "python",
           "pcapng", "html"]
ONLY_ROOT_WRITES = "root may write everywhere"


class Failure(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="socktrace-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def limited(self, which, number):
        """For preexec_fn: what socktrace may use, and whom it starts."""
        def limit():
            hard = resource.getrlimit(which)[1]
            resource.setrlimit(which, (number, hard))
        return limit


class Output(Failure):
    def test_a_full_disk_in_each_format(self):
        for name in FORMATS:
            with self.subTest(name):
                done = run("--isolate", "--format", name, "-o", "/dev/full", program("busy"), "3")
                self.assertEqual(done.stdout, "3 of 3\n")
                self.assertEqual(done.stderr, "socktrace: /dev/full: No space left on device\n")
                self.assertEqual(done.returncode, 125)

    def test_an_output_that_fails_leaves_the_others_whole(self):
        path = self.path("t.jsonl")
        done = run("-o", "/dev/full", "-o", path, program("busy"), "2")
        self.assertEqual((done.returncode, done.stdout), (125, "2 of 2\n"))
        self.assertEqual(Record(path).lines[-1]["type"], "end")

    def test_a_reader_that_has_gone(self):
        for name in FORMATS:
            with self.subTest(name):
                closed = self.path(name)
                reader = f"|exec 0<&-; : >'{closed}'"
                script = f"while [ ! -e '{closed}' ]; do :; done; '{program('busy')}' 3"
                done = run("--isolate", "--format", name, "-o", reader, "sh", "-c", script)
                self.assertEqual(done.stderr, f"socktrace: {reader}: Broken pipe\n")
                self.assertEqual((done.returncode, done.stdout), (125, "3 of 3\n"))

    def test_standard_output_closed(self):
        done = subprocess.run(["sh", "-c", f"exec '{SOCKTRACE}' -o - '{program('busy')}' 0 >&-"],
                              capture_output=True, text=True, check=False, timeout=LIMIT)
        self.assertRegex(done.stderr, r"\Asocktrace: standard output: .*\n\Z")
        self.assertEqual(done.returncode, 125)

    def test_a_limit_on_the_size_of_files(self):
        """SIGXFSZ would end socktrace; the recording is whole as far as it came."""
        path = self.path("t.jsonl")
        done = run("-o", path, program("busy"), "20",
                   preexec_fn=self.limited(resource.RLIMIT_FSIZE, 20000))
        self.assertEqual((done.returncode, done.stdout), (125, "20 of 20\n"))
        self.assertEqual(done.stderr, f"socktrace: {path}: File too large\n")
        self.assertEqual(run("--replay", path, "-o", self.path("t.txt")).returncode, 0)

    def test_the_program_has_its_own_signal_for_it(self):
        program_path = "import os, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_DFL);" \
                       " os.execv(sys.argv[1], sys.argv[1:])"
        probe = "grep SigIgn /proc/self/status"
        alone = subprocess.run([sys.executable, "-c", program_path, "/bin/sh", "-c", probe],
                               capture_output=True, text=True, check=True, timeout=LIMIT)
        traced = subprocess.run([sys.executable, "-c", program_path, SOCKTRACE, "-o", "/dev/null",
                                 "/bin/sh", "-c", probe],
                                capture_output=True, text=True, check=True, timeout=LIMIT)
        self.assertEqual(traced.stdout, alone.stdout)

    def test_a_folder_that_is_gone(self):
        gone = self.path("gone")
        script = f"mkdir '{gone}' && cd '{gone}' && rmdir '{gone}' && exec '{SOCKTRACE}' "
        done = run_shell(script + f"-o t.jsonl '{program('busy')}' 1")
        self.assertEqual(done.stderr, "socktrace: t.jsonl: No such file or directory\n")
        self.assertEqual((done.returncode, done.stdout), (125, ""))
        path = self.path("t.jsonl")
        done = run_shell(script + f"-o '{path}' '{program('busy')}' 1")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "1 of 1\n", ""))
        done = run("-o", os.path.join(gone, "t.jsonl"), program("busy"), "1")
        self.assertEqual((done.returncode, done.stdout), (125, ""))

    def test_a_folder_that_goes_while_it_is_written_into(self):
        """What is open is written, whether it has a name or not."""
        gone = self.path("gone")
        os.mkdir(gone)
        script = f"rm -r '{gone}'; '{program('busy')}' 2"
        done = run("-o", os.path.join(gone, "t.jsonl"), "sh", "-c", script)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "2 of 2\n", ""))

    @unittest.skipIf(os.geteuid() == 0, ONLY_ROOT_WRITES)
    def test_a_folder_that_may_only_be_read(self):
        os.chmod(self.folder, 0o555)
        self.addCleanup(os.chmod, self.folder, 0o755)
        done = run("-o", self.path("t.jsonl"), program("busy"), "1")
        self.assertRegex(done.stderr, r"\Asocktrace: .*: Permission denied\n\Z")
        self.assertEqual((done.returncode, done.stdout), (125, ""))

    def test_a_file_system_that_may_only_be_read(self):
        for folder in ("/proc", "/sys"):
            done = run("-o", os.path.join(folder, "t.jsonl"), program("busy"), "1")
            self.assertRegex(done.stderr, r"\Asocktrace: /[a-z]+/t.jsonl: .*\n\Z")
            self.assertEqual((done.returncode, done.stdout), (125, ""))


class Descriptors(Failure):
    def test_the_program_has_its_own_limit(self):
        script = "ulimit -S -n; ulimit -H -n"
        limit = self.limited(resource.RLIMIT_NOFILE, 30)
        alone = subprocess.run(["sh", "-c", script], preexec_fn=limit, capture_output=True,
                               text=True, check=True, timeout=LIMIT)
        traced = run("-o", "/dev/null", "sh", "-c", script, preexec_fn=limit)
        self.assertEqual(traced.stdout, alone.stdout)
        self.assertTrue(alone.stdout.startswith("30\n"), alone.stdout)

    def test_a_limit_that_may_be_raised_is_none_for_us(self):
        path = self.path("t.jsonl")
        done = run("-o", path, program("busy"), "2",
                   preexec_fn=self.limited(resource.RLIMIT_NOFILE, 12))
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "2 of 2\n", ""))
        record = Record(path)
        self.assertEqual(record.lines[-1]["lost"], 0)
        unseen = [call for call in record.calls(name="accept") if "socket" not in call]
        self.assertEqual(unseen, [])

    def test_too_few_of_them(self):
        """Either it cannot begin, and says so; or it says that not all is seen, and counts it; or
        there are enough."""
        told = "socktrace: Too many open files: not all is seen; the programs go on\n"
        ends = collections.Counter()
        for most in range(5, 60, 3):
            path = self.path(f"{most}.jsonl")
            done = run("-o", path, program("busy"), "2",
                       preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (most, most)))
            with self.subTest(most):
                if done.returncode == 125:
                    self.assertRegex(done.stderr, r"\Asocktrace: [a-z]+: Too many open files\n\Z")
                    self.assertEqual(done.stdout, "")
                    ends["refused"] += 1
                    continue
                self.assertEqual((done.returncode, done.stdout), (0, "2 of 2\n"))
                lost = Record(path).lines[-1]["lost"]
                self.assertEqual(done.stderr, told if lost else "")
                ends["lost" if lost else "seen"] += 1
        self.assertEqual(sorted(ends), ["lost", "refused", "seen"], ends)

    def test_what_is_lost_is_no_verdict(self):
        done = run("--check", "-o", "/dev/null", program("busy"), "2",
                   preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (14, 14)))
        self.assertEqual((done.returncode, done.stdout), (125, "2 of 2\n"), done.stderr)


class Witness(Failure):
    """tests/preload/netlink.c drops sock_diag's answers from one on, as a full buffer does."""

    def states(self, first):
        preload = os.path.join(BUILD, "tests", "preload", "netlink.so")
        if not os.access(preload, os.X_OK):
            self.skipTest("tests/preload/netlink.c is not built")
        path = self.path(f"{first}.jsonl")
        environment = {**os.environ, "LD_PRELOAD": preload, "FAIL_FROM": str(first),
                       "ASAN_OPTIONS": "detect_leaks=0:verify_asan_link_order=0"}
        done = run("--wire=off", "-o", path, program("busy"), "3", env=environment)
        self.assertEqual((done.returncode, done.stdout), (0, "3 of 3\n"))
        record = Record(path)
        seen = [line["state"]["witness"] for line in record.lines if "witness" in
                line.get("state", {})] + [line.get("witness") for line in record.of("state")]
        lost = record.lines[-1]["lost"]
        told = "socktrace: No buffer space available: not all is seen; the programs go on\n"
        self.assertEqual(done.stderr, told if lost else "")
        return seen, lost

    def test_one_whose_answers_are_dropped(self):
        """Nobody is called CLOSED because nothing was heard."""
        seen, lost = self.states(1)
        self.assertGreater(lost, 0)
        self.assertNotIn("sock_diag", seen)
        self.assertIn("tcp_info", seen)

    def test_one_whose_answers_are_dropped_from_some_moment_on(self):
        losses = [self.states(first)[1] for first in (3, 6, 1000000)]
        self.assertGreater(losses[0], 0)
        self.assertEqual(losses[-1], 0)


def run_shell(script):
    return subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=LIMIT)


if __name__ == "__main__":
    unittest.main()
