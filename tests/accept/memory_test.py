"""valgrind finds nothing: in the units that handle hostile bytes, and in a replay.

A live trace cannot run under valgrind 3.19, which does not know pidfd_getfd(2): that part is
`make asan`'s, with leaks found at the tracer's end.
"""

import glob
import os
import subprocess
import tempfile
import unittest

from traced import BUILD, DEMOS, SOCKTRACE, needs, run

VALGRIND = ["valgrind", "-q", "--error-exitcode=99", "--leak-check=full",
            "--errors-for-leak-kinds=definite,possible"]


def sanitized(path):
    with open(path, "rb") as file:
        return b"__asan_init" in file.read()


class Memory(unittest.TestCase):
    def setUp(self):
        needs("valgrind")
        if sanitized(SOCKTRACE):
            self.skipTest("AddressSanitizer watches already")

    def clean(self, *command):
        done = subprocess.run([*VALGRIND, *command], capture_output=True, text=True, check=False,
                              env={**os.environ, "CK_FORK": "no"}, timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_units(self):
        words = ("decode_", "follow", "descriptors", "jsonl", "replay_test", "text_", "scenario",
                 "words", "endpoint", "python_test")
        # Each format with thousands of records would take minutes: that is AddressSanitizer's.
        found = [path for path in sorted(glob.glob(f"{BUILD}/tests/unit/*_test"))
                 if any(word in os.path.basename(path) for word in words)
                 and os.path.basename(path) != "formats_replay_test"]
        self.assertGreater(len(found), 8)
        for path in found:
            with self.subTest(os.path.basename(path)):
                self.clean(path)

    def test_replay(self):
        with tempfile.TemporaryDirectory() as folder:
            record, text = os.path.join(folder, "t.jsonl"), os.path.join(folder, "t.txt")
            client = os.path.join(DEMOS, "refused", "client")
            run("-o", record, client, "127.0.0.1", "1")
            self.clean(SOCKTRACE, "-o", text, "-o", os.path.join(folder, "u.jsonl"),
                       "--replay", record)


if __name__ == "__main__":
    unittest.main()
