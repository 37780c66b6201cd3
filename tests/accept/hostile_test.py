"""What a traced program does, however monstrous, costs the tracer a bounded amount of memory."""

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
        """The tracer's largest resident size, as the kernel tells it when the program has done all."""
        with subprocess.Popen([SOCKTRACE, *arguments], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as process:
            self.assertEqual(process.stdout.readline(), "done\n")
            with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
                peak, = (line.split()[1] for line in file if line.startswith("VmHWM:"))
            process.stdin.close()
            self.assertEqual(process.wait(), 0)
        return int(peak) / 1024

    def check(self, what, *formats):
        hostile = program("hostile")
        outputs = [f"{self.folder}/run.{name}" for name in formats]
        options = [word for path in outputs for word in ("-o", path)]
        peak = self.peak(*options, hostile, what)
        self.assertGreater(peak, 1)
        self.assertLess(peak, BOUND * (SANITIZED if sanitized() else 1))
        return outputs

    def test_monstrous_sizes_take_little_memory(self):
        recording, *_ = self.check("sizes", "jsonl", "txt", "html", "strace")
        record = Record(recording)
        for name in ("sendmsg", "sendmmsg", "recvmmsg", "setsockopt", "writev"):
            self.assertTrue(record.calls(name=name), name)
        self.assertEqual(record.of("end")[0]["lost"], 0)

    def test_a_million_descriptors_take_little_memory(self):
        recording, = self.check("descriptors", "jsonl")
        received = [line for line in open(recording, encoding="utf-8") if '"call":"recvmsg"' in line]
        self.assertGreater(len(received) * 253, 1000 * 1000)


if __name__ == "__main__":
    unittest.main()
