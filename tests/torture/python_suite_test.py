"""Python's own tests of its socket module: the same pass with socktrace and without."""

import re
import subprocess
import unittest

from serving import LIMIT, QUICK, Recording, Serving
from traced import PYTHON, SOCKTRACE

# Not because of socktrace:
IGNORED = [
    "*VSOCK*",  # waits for ever on a virtual machine whose host does not answer
    # Here the server's thread closes the client's socket as soon as it has accepted, while the
    # client still asks for its name: whether that is in time is chance.
    "*.NetworkConnectionAttributesTest.*",
]
OUTCOME = re.compile(r"^(\w+) \((test\.test_socket\.[\w.]+)\).*? \.\.\. (ok|FAIL|ERROR|skipped.*)$",
                     re.MULTILINE)


class Suite(Serving):
    def outcomes(self, *prefix):
        """Of each test: ok, FAIL, ERROR or skipped and why."""
        command = [*prefix, PYTHON, "-m", "test", "-v"]
        for pattern in IGNORED:
            command += ["-i", pattern]
        if QUICK:
            command += ["-m", "*Basic*"]
        done = subprocess.run([*command, "test_socket"], stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              timeout=LIMIT, cwd=self.folder, errors="replace")
        found = {f"{name} ({where})": outcome
                 for name, where, outcome in OUTCOME.findall(done.stdout)}
        return done.returncode, found, done.stdout

    def test_the_same_tests_pass(self):
        has_tests = subprocess.run([PYTHON, "-c", "import test.test_socket"], check=False,
                                   capture_output=True, cwd=self.folder)
        if has_tests.returncode != 0:
            self.skipTest(f"{PYTHON} has no test.test_socket: install libpython3.11-testsuite")
        status, alone, out = self.outcomes()
        self.assertGreater(len(alone), 20, out[-2000:])
        self.assertGreater(sum(outcome == "ok" for outcome in alone.values()), 20)
        record = self.path("record.jsonl")
        traced_status, traced, out = self.outcomes(SOCKTRACE, "-o", record)
        different = {name: (outcome, traced.get(name)) for name, outcome in alone.items()
                     if traced.get(name) != outcome}
        self.assertEqual(different, {}, out[-3000:])
        self.assertEqual(set(traced), set(alone))
        self.assertEqual(traced_status, status)
        self.assertGreater(Recording(record).types["call"], len(alone))


if __name__ == "__main__":
    unittest.main()
