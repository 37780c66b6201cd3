"""What is said of a call when it happens for the first time: true in this run, and once."""

import collections
import os
import sys
import unittest

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from traced import run, trace

STATES = ("LISTEN", "SYN_SENT", "SYN_RCVD", "ESTABLISHED", "FIN_WAIT_1", "FIN_WAIT_2",
          "CLOSE_WAIT", "LAST_ACK", "CLOSING")


def lessons(record):
    """(the line, the note) of each lesson, in the order of the record."""
    return [(line, note) for line in record.lines for note in line.get("notes", [])
            if note["id"].startswith(("lesson-", "state-"))]


def play(demo, *options):
    done, record = trace("--demo", demo, *options)
    if done.returncode == 125 and "namespace" in done.stderr:
        raise unittest.SkipTest(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return record


class Lessons(unittest.TestCase):
    def one(self, record, name):
        found = [(line, note) for line, note in lessons(record) if note["id"] == name]
        self.assertEqual(len(found), 1, name)
        return found[0]

    def test_each_is_said_once_where_it_happens_first(self):
        record = play("echo")
        said = collections.Counter(note["id"] for _, note in lessons(record))
        self.assertEqual(set(said.values()), {1})
        for name, call in (("socket", "socket"), ("bind", "bind"), ("listen", "listen"),
                           ("accept", "accept"), ("connect", "connect"), ("send", "send"),
                           ("recv-end", "recv")):
            line, _ = self.one(record, f"lesson-{name}")
            self.assertEqual((line["type"], line["call"]), ("call", call))
        line, _ = self.one(record, "lesson-recv-end")
        self.assertEqual(line["ret"], 0)

    def test_the_numbers_are_those_of_this_run(self):
        record = play("echo", "--sysctl=net.core.somaxconn=3")
        _, note = self.one(record, "lesson-listen")
        self.assertIn("min(5, net.core.somaxconn = 3) + 1 = 4", note["text"])
        _, note = self.one(record, "lesson-accept")
        self.assertIn("descriptor 4, for this one client; descriptor 3 goes on", note["text"])
        _, note = self.one(record, "lesson-bind")
        self.assertIn("port 8000", note["text"])

    def test_each_state_is_explained_when_it_is_entered(self):
        seen = set()
        for demo in ("half-close", "simultaneous"):
            record = play(demo)
            entered = {end for line in record.of("connection") for part in line["ends"]
                       for end in part["states"]} | {"LISTEN"}
            said = {note["id"].removeprefix("state-") for _, note in lessons(record)
                    if note["id"].startswith("state-")}
            self.assertLessEqual(said, entered)
            seen |= said
        self.assertEqual(seen, set(STATES))

    def test_a_self_connect_is_not_called_the_usual_handshake(self):
        names = [note["id"] for _, note in lessons(play("simultaneous"))]
        self.assertNotIn("lesson-connect", names)

    def test_what_a_half_close_and_a_datagram_are(self):
        line, _ = self.one(play("half-close"), "lesson-shutdown")
        self.assertEqual(line["call"], "shutdown")
        line, _ = self.one(play("udp-oneway"), "lesson-sendto")
        self.assertEqual(line["call"], "sendto")

    def test_who_waits_is_told_why(self):
        record = play("half-open")
        for name, call in (("lesson-accept-waits", "accept"), ("lesson-recv-waits", "recv")):
            line, _ = self.one(record, name)
            self.assertEqual((line["type"], line["call"]), ("enter", call))

    def test_notes_all_says_it_each_time_and_none_never(self):
        record = play("udp-oneway", "--notes=all")
        said = [note["id"] for _, note in lessons(record)]
        self.assertGreater(said.count("lesson-sendto"), 1)
        self.assertEqual(lessons(play("echo", "--notes=none")), [])

    def test_the_text_has_them_as_notes_and_none_has_none(self):
        done = run("--demo", "echo", "--color=never")
        if done.returncode == 125:
            self.skipTest(done.stderr.strip())
        self.assertRegex(done.stderr, r"\n +note    accept\(\) returned a new socket, descriptor 4")
        self.assertEqual(done.stderr.count("returned a new socket"), 1)
        done = run("--demo", "address-in-use", "--color=never", "--notes=none")
        self.assertNotRegex(done.stderr, r"\n +(note|why|fix|check) ")


if __name__ == "__main__":
    unittest.main()
