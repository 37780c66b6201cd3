"""What the tests of the demos share: a demo played, and questions about its record.

A class of tests names its demo. Each of its tests is a claim about self.record, and is held
against two records: that of the C programs, and that of their Python twins.

    class Chat(Lesson):
        demo = "chat"

        def test_the_client_speaks_first(self): ...
"""

import base64
import functools
import os
import sys
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(FOLDER))  # tests/run.py has the path set

from traced import ENVIRONMENT, arg, trace


def play(name, *options):
    """The record of a demo that has worked; skipped where there may be no isolated network."""
    done, record = trace("--demo", name, *options, timeout=120, env=ENVIRONMENT)
    if done.returncode == 125 and "namespace" in done.stderr:
        raise unittest.SkipTest(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return record


def play_twins(name, *options):
    """The same by the Python twins, with the names that the C programs have: of lanes, and of
    the two calls that CPython makes in a form that sets close-on-exec at once."""
    record = play(name, "--python", *options)
    for line in record.lines:
        for named in (line, *line.get("ends", [])):
            for key in ("lane", "from_lane", "to_lane"):
                if key in named:
                    named[key] = named[key].replace(".py", "")
        if line.get("call") == "accept4":
            line["call"] = "accept"
        if line.get("call") == "fcntl" and value(line, "cmd") == "F_DUPFD_CLOEXEC":
            line["call"] = "dup"
    return record


def for_each_record(claim):
    """A test that holds a claim against the record of either language."""

    @functools.wraps(claim)
    def test(self):
        for language, record in self.records.items():
            with self.subTest(language):
                self.record = record
                claim(self)

    return test


class Lesson(unittest.TestCase):
    """The claims of a demo; it is played once in each language for all of them."""

    demo = ""
    options = ()  # of socktrace, beside --demo

    def __init_subclass__(cls):
        for name, claim in list(vars(cls).items()):
            if name.startswith("test"):
                setattr(cls, name, for_each_record(claim))

    @classmethod
    def setUpClass(cls):
        cls.records = {
            "C": play(cls.demo, *cls.options),
            "Python": play_twins(cls.demo, *cls.options),
        }

    def calls(self, lane, *names):
        """The calls of a lane that have returned, in their order; of these names only, if any."""
        return [c for c in self.record.calls(lane) if not names or c["call"] in names]

    def waited(self, call):
        """Was the call shown as waiting before it returned?"""
        return call["n"] in [line["n"] for line in self.record.of("enter")]

    def ends(self, lane):
        """The ends of connections that a lane had, in the order of the connections."""
        ends = [end for line in self.record.of("connection") for end in line["ends"]]
        return [end for end in ends if end.get("lane") == lane]

    def states(self, lane):
        """The states through which the one connection's end of that lane has gone."""
        ends = self.ends(lane)
        self.assertEqual(len(ends), 1, f"connections of {lane}")
        return ends[0]["states"]

    def segments(self, *flags):
        """Those with exactly these flags."""
        return [line for line in self.record.of("segment") if line.get("flags") == list(flags)]

    def births(self, *kinds):
        """The lanes that began as a child ("fork") or as a thread ("thread")."""
        return [line["lane"] for line in self.record.of("process") if line["what"] in kinds]

    def exit(self, lane):
        """How the program of a lane has ended."""
        found = [line for line in self.record.of("process")
                 if line["lane"] == lane and line["what"] == "exit"]
        self.assertEqual(len(found), 1, f"ends of {lane}")
        return found[0]

    def said(self, lane):
        """What a program wrote to its standard output and error."""
        lines = [line for line in self.record.of("output") if line["lane"] == lane]
        return "".join(line["data"].get("text", "") for line in lines)


def value(call, name):
    """An argument: the name of a constant, else its number or text."""
    found = arg(call, name)
    return found.get("symbol", found.get("value"))


def result(call):
    """What the call gave: its errno, or the number it returned."""
    return call.get("errno", call["ret"])


def returned(call):
    """When it did, in nanoseconds; "t" is when it was entered."""
    return call["t"] + call["dur"]


def payload(call):
    """The bytes that a call moved."""
    (data,) = [argument for argument in call["args"] if argument["kind"] == "bytes"]
    moved = data["text"].encode() if "text" in data else base64.b64decode(data.get("base64", ""))
    return moved[: max(call["ret"], 0)]


def text(call):
    """The same as text."""
    return payload(call).decode()
