"""What a traced program does, however monstrous, costs the tracer a bounded amount of memory."""

import os
import resource
import subprocess
import tempfile
import unittest

from traced import SOCKTRACE, Record, program

# Mebibytes, stated in docs/SECURITY.md; measured are 20.
BOUND = 64
SANITIZED = 16  # so many times more, for AddressSanitizer's own


def sanitized():
    with open(SOCKTRACE, "rb") as file:
        return b"__asan_init" in file.read()


class Hostile(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def peak(self, *arguments):
        """The tracer's largest resident size, or the program's if that is larger."""
        process = subprocess.Popen([SOCKTRACE, *arguments], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        with process.stdout:
            text = process.stdout.read().decode(errors="replace")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0, text)
        self.assertTrue(text.endswith("done\n"), text[-500:])
        return usage.ru_maxrss / 1024

    def check(self, what, *formats):
        hostile = program("hostile")
        outputs = [f"{self.folder}/run.{name}" for name in formats]
        options = [word for path in outputs for word in ("-o", path)]
        peak = self.peak(*options, hostile, what)
        # A child begins with the size of what made it: that of this test.
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.assertLess(peak, max(own, BOUND * (SANITIZED if sanitized() else 1)))
        return outputs

    def test_monstrous_sizes_take_little_memory(self):
        recording, *_ = self.check("sizes", "jsonl", "txt", "html", "strace")
        record = Record(recording)
        for name in ("sendmsg", "sendmmsg", "recvmmsg", "setsockopt", "ppoll", "writev"):
            self.assertTrue(record.calls(name=name), name)
        self.assertEqual(record.of("end")[0]["lost"], 0)

    def test_a_million_descriptors_take_little_memory(self):
        recording, = self.check("descriptors", "jsonl")
        received = [line for line in open(recording, encoding="utf-8") if '"call":"recvmsg"' in line]
        self.assertGreater(len(received) * 253, 1000 * 1000)


if __name__ == "__main__":
    unittest.main()
