"""--replay on a terminal: a line says how far a long one has come, and goes away."""

import os
import pty
import re
import select
import subprocess
import tempfile
import unittest

from traced import SOCKTRACE, program, run

ENOUGH = 1500000  # bytes of a transcript that is read so slowly that it takes seconds
BIT = 4096
PAUSE = 0.01  # seconds
LINE = re.compile(r"\r\x1b\[K\[(#*)(\.*)\] (\d+) %, calls so far: (\d+)\r")


class Replay(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="socktrace-"))
        self.recording = os.path.join(self.folder, "run.jsonl")
        self.slow = os.path.join(self.folder, "slow.jsonl")
        run("-q", "-e", "all", "-o", self.recording, program("ways"))
        with open(self.recording, encoding="utf-8") as file:
            head, *lines = file.read().splitlines(keepends=True)
        calls = "".join(line for line in lines if '"type":"call"' in line)
        self.times = ENOUGH // len(calls) + 1
        self.calls = self.times * calls.count("\n")
        with open(self.recording, "w", encoding="utf-8") as file:
            file.write(head + calls * self.times)
        os.mkfifo(self.slow)
        master, slave = pty.openpty()
        self.terminal = os.fdopen(master, "rb", buffering=0)
        self.slave = os.fdopen(slave, "wb", buffering=0)
        self.addCleanup(self.terminal.close)
        self.addCleanup(self.slave.close)
        subprocess.run(["stty", "columns", "100"], stdin=slave, check=True, timeout=10)
        self.shown = b""

    def look(self):
        """Takes what has come to the terminal; waits a moment for it."""
        if select.select([self.terminal], [], [], PAUSE)[0]:
            self.shown += self.terminal.read(BIT)

    def replay(self, *options, until, **streams):
        """Replays into a transcript that is read bit by bit, and in one go from then on."""
        fifo = os.open(self.slow, os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, fifo)
        environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
        with subprocess.Popen([SOCKTRACE, "-q", "--replay", self.recording, "-o", self.slow,
                               *options], stdin=subprocess.DEVNULL, stderr=self.slave,
                              env={**environment, "TERM": "xterm"}, **streams) as process:
            size = BIT
            while process.poll() is None:
                self.look()
                if until in self.shown:
                    size = 100 * BIT
                try:
                    os.read(fifo, size)
                except BlockingIOError:
                    pass
            self.assertEqual(process.returncode, 0)
        while select.select([self.terminal], [], [], 0)[0]:
            self.shown += self.terminal.read(BIT)

    def test_the_line_is_there_while_it_lasts_and_then_gone(self):
        self.replay(until=b"%")
        text = self.shown.decode()
        drawn = LINE.findall(text)
        self.assertEqual(LINE.sub("", text), "\r\x1b[K", "more than the line was shown")
        self.assertGreater(len(drawn), 0)
        percents = [int(percent) for _, _, percent, _ in drawn]
        calls = [int(count) for *_, count in drawn]
        self.assertEqual(percents, sorted(percents))
        self.assertEqual(calls, sorted(calls))
        for full, rest, percent, count in drawn:
            self.assertEqual(len(full + rest), 20)
            self.assertEqual(len(full), int(percent) * 20 // 100)
            # As much as was read, of lines that are all about as long.
            self.assertAlmostEqual(int(count) / self.calls, int(percent) / 100, delta=0.05)

    def test_nothing_stands_between_the_lines_of_a_transcript(self):
        self.replay("-o", "-", until=b"never", stdout=self.slave)
        self.assertIn(b"socketpair(", self.shown)
        self.assertNotIn(b"\x1b[K", self.shown)
        self.assertNotIn(b"%", self.shown)


if __name__ == "__main__":
    unittest.main()
