"""--check: the exit status tells of mistakes, and of nothing else."""

import os
import sys
import tempfile
import unittest

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from traced import PYTHON, run

TWO_ON_ONE_PORT = """import socket
first, second = socket.socket(), socket.socket()
first.bind(("127.0.0.1", 8000))
first.listen()
try:
    second.bind(("127.0.0.1", 8000))
except OSError:
    pass
raise SystemExit(%d)
"""
NO_MISTAKE = "import socket; socket.create_server(('127.0.0.1', 8000)); raise SystemExit(3)"


class Check(unittest.TestCase):
    def status(self, program, *options, **keywords):
        done = run("--isolate", *options, PYTHON, "-c", program, **keywords)
        if done.returncode == 125 and "namespace" in done.stderr:
            self.skipTest(done.stderr.strip())
        return done.returncode

    def test_it_is_1_with_a_mistake_and_0_without_whatever_the_programs_is(self):
        for own in (0, 3):
            self.assertEqual(self.status(TWO_ON_ONE_PORT % own, "--check"), 1)
        self.assertEqual(self.status(NO_MISTAKE, "--check"), 0)
        self.assertEqual(self.status(TWO_ON_ONE_PORT % 3), 3)

    def test_only_the_rules_that_are_named_count(self):
        program = TWO_ON_ONE_PORT % 0
        self.assertEqual(self.status(program, "--check=sigpipe,bind-in-use"), 1)
        self.assertEqual(self.status(program, "--check=sigpipe"), 0)

    def test_a_notice_is_no_mistake(self):
        program = "import socket; socket.socket().listen()"
        self.assertEqual(self.status(program, "--check"), 0)

    def test_what_is_not_shown_counts_too(self):
        program = TWO_ON_ONE_PORT % 0
        self.assertEqual(self.status(program, "--check", "-e", "data", "--notes=none"), 1)

    def test_an_output_that_failed_is_125_unless_there_is_a_mistake(self):
        self.assertEqual(self.status(NO_MISTAKE, "--check", "-o", "/dev/full"), 125)
        self.assertEqual(self.status(TWO_ON_ONE_PORT % 0, "--check", "-o", "/dev/full"), 1)

    def test_a_replay_decides_by_the_recorded_notes(self):
        with tempfile.TemporaryDirectory() as folder:
            for program, status in ((TWO_ON_ONE_PORT % 0, 1), (NO_MISTAKE, 0)):
                path = os.path.join(folder, "run.jsonl")
                self.status(program, "-o", path)
                done = run("--replay", path, "--check", "-o", "/dev/null")
                self.assertEqual(done.returncode, status)

    def test_the_rules_are_listed_with_what_they_are_for(self):
        done = run("--list", "rules")
        for line in done.stdout.splitlines():
            self.assertRegex(line, r"^[a-z0-9-]+ +(mistake|notice) +\S")
        self.assertIn("bind-time-wait ", done.stdout)

    def test_a_rule_that_does_not_exist_is_refused_before_anything_runs(self):
        done = run("--check=bind-in-us", "/bin/echo", "ran")
        self.assertEqual((done.returncode, done.stdout), (125, ""))
        self.assertIn("no such rule: bind-in-us", done.stderr)


if __name__ == "__main__":
    unittest.main()
