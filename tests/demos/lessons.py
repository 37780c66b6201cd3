"""What the tests of the demos share: play a demo once, and ask its record what it shows.

A class of tests names its demo; a class below it with `python = True` asks the same of the twins:

    class Chat(Lesson):
        demo = "chat"

        def test_the_client_speaks_first(self): ...

    class ChatInPython(Chat):
        python = True
"""

import os
import sys
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(FOLDER))  # tests/run.py has the path set

from traced import trace


def play(name, python=False):
    """The record of a demo that has worked."""
    done, record = trace("--demo", name, *(["--python"] if python else []), timeout=120)
    if done.returncode == 125 and "namespace" in done.stderr:
        raise unittest.SkipTest(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return record


class Lesson(unittest.TestCase):
    demo = None
    python = False

    @classmethod
    def setUpClass(cls):
        if cls.demo:
            cls.record = play(cls.demo, cls.python)

    def lane(self, name):
        """The lane of the C program NAME, or of its twin: client-2, client.py-2."""
        if not self.python:
            return name
        program, dash, number = name.rpartition("-")
        return f"{program}.py-{number}" if dash and number.isdigit() else f"{name}.py"

    def calls(self, lane, *names):
        """The calls of a lane that have returned, in their order; of these names only, if any.
        accept4() counts as accept(), which is how a C program calls it."""
        found = self.record.calls(self.lane(lane))
        found.sort(key=lambda call: call["n"])
        return [call for call in found if not names or self.name(call) in names]

    @staticmethod
    def name(call):
        return "accept" if call["call"] == "accept4" else call["call"]

    def ends(self, lane):
        """The ends of connections that a lane had, in the order of the connections."""
        return [
            end
            for connection in self.record.of("connection")
            for end in connection["ends"]
            if end.get("lane") == self.lane(lane)
        ]

    def said(self, lane):
        """What a program wrote to its standard output and error."""
        return "".join(
            line["data"].get("text", "")
            for line in self.record.of("output")
            if line["lane"] == self.lane(lane)
        )


def payload(call):
    """The bytes that a call moved, as text; with characters cut in two, see base64."""
    (data,) = [argument for argument in call["args"] if argument["kind"] == "bytes"]
    return data.get("text", "")


def result(call):
    """What the call gave: its errno, or the number it returned."""
    return call.get("errno", call["ret"])
