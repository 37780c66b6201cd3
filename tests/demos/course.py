"""What the tests of the demos share: play one, and ask its record how a connection went."""

import unittest

from traced import trace


def played(name, python=False, *options):
    """The Record of a demo that did all of its scenario; skipped where it has no network."""
    language = ["--python"] if python else []
    done, record = trace("--demo", name, *language, *options, timeout=60)
    if done.returncode == 125 and "namespace" in done.stderr:
        raise unittest.SkipTest(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return record


def played_both(name):
    """By the C programs and by their Python twins, whose lanes then have the same names."""
    yield played(name)
    record = played(name, python=True)
    for line in record.lines:
        for key in ("lane", "from_lane", "to_lane"):
            if key in line:
                line[key] = line[key].replace(".py", "")
        for end in line.get("ends", []):
            if "lane" in end:
                end["lane"] = end["lane"].replace(".py", "")
    yield record


def accepts(record, lane):
    """A C program calls accept, Python accept4."""
    return [call for call in record.calls(lane) if call["call"] in ("accept", "accept4")]


def states(record, lane):
    """The states through which the one connection's end of that lane has gone."""
    ends = [end for line in record.of("connection") for end in line["ends"]
            if end.get("lane") == lane]
    assert len(ends) == 1, f"{len(ends)} connections of {lane}, not one"
    return ends[0]["states"]


def segments(record, *flags, sender=None):
    """Those with exactly these flags."""
    return [line for line in record.of("segment")
            if line.get("flags") == list(flags) and sender in (None, line.get("from_lane"))]


class Lesson(unittest.TestCase):
    """The claims of a demo, each to be held against its C programs and their twins."""

    demo = ""

    @classmethod
    def setUpClass(cls):
        cls.records = list(played_both(cls.demo))
