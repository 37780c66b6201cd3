"""The asciicast format: asciicast v2, as asciinema's own documentation has it."""

import json
import os
import re
import subprocess
import tempfile
import unittest

from traced import BUILD, Record, run

COLOUR = re.compile(r"\x1b\[\d+m")


def events(text):
    """The header and the events; asserts what every player relies on."""
    header, *rest = [json.loads(line) for line in text.splitlines()]
    assert header["version"] == 2 and header["width"] > 0 and header["height"] > 0, header
    before = 0
    for time, kind, data in rest:
        assert time >= before >= 0, (before, time)
        assert kind in ("o", "m") and isinstance(data, str)
        before = time
    return header, rest


class Session(unittest.TestCase):
    def setUp(self):
        folder = self.enterContext(tempfile.TemporaryDirectory(prefix="socktrace-"))
        os.chmod(folder, 0o777)
        path, recording, again = (os.path.join(folder, name)
                                  for name in ("run.cast", "run.jsonl", "again.cast"))
        run("-q", "--demo", "echo", "-o", path, "-o", recording)
        run("-q", "--replay", recording, "-o", again)
        with open(path, encoding="utf-8") as file, open(again, encoding="utf-8") as replayed:
            self.text, self.again = file.read(), replayed.read()
        self.record = Record(recording)
        self.header, self.events = events(self.text)

    def test_a_replay_gives_the_same_session(self):
        self.assertEqual(self.text, self.again)

    def test_each_call_has_a_marker_before_its_first_line(self):
        markers = [data for _, kind, data in self.events if kind == "m"]
        self.assertEqual(sorted(int(marker.split()[0]) for marker in markers),
                         sorted(call["n"] for call in self.record.calls()))
        for marker, following in zip(self.events, self.events[1:]):
            if marker[1] == "m":
                number, lane, call = marker[2].split()
                line = COLOUR.sub("", following[2]).split()
                self.assertEqual(line[:2], [number, lane])
                self.assertTrue(line[2].startswith(call + "("), line)

    def test_colours_stay_and_lines_end_as_on_a_terminal(self):
        shown = "".join(data for _, kind, data in self.events if kind == "o")
        self.assertRegex(shown, COLOUR)
        self.assertNotRegex(shown, r"[^\r]\n")

    def test_what_happens_later_is_shown_later(self):
        for call in self.record.calls(name="send"):
            returned = (call["t"] + call["dur"]) / 1e9
            times = [time for time, kind, data in self.events
                     if kind == "m" and data.startswith(f"{call['n']} ")]
            self.assertGreaterEqual(times[0], round(returned, 9))


class Fuzz(unittest.TestCase):
    def test_whatever_a_record_holds_only_colours_reach_the_terminal(self):
        writer = os.path.join(BUILD, "tests", "programs", "random_records")
        for seed in range(8):
            text = subprocess.run([writer, "asciicast", str(seed), "2000"], check=True, timeout=60,
                                  capture_output=True).stdout.decode("utf-8")
            self.assertTrue(text.replace("\n", "").isprintable())
            for _, kind, data in events(text)[1]:
                plain = COLOUR.sub("", data) if kind == "o" else data
                self.assertTrue(plain.replace("\r\n", "").isprintable(), plain)


if __name__ == "__main__":
    unittest.main()
