"""A demo played, and its record: for the tests of what a lesson claims."""

import base64
import os
import tempfile
import unittest

from traced import Record, run


def play(name, *options):
    """The record of `socktrace --demo NAME`; skipped where there may be no isolated network."""
    with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
        path = os.path.join(folder, "run.jsonl")
        done = run("-o", path, *options, "--demo", name, timeout=120)
        if done.returncode == 125 and "namespace" in done.stderr:
            raise unittest.SkipTest(done.stderr.strip())
        assert done.returncode == 0, done.stderr
        return Record(path)


def value(call, name):
    """An argument: the name of a constant, else its number or text."""
    for argument in call["args"]:
        if argument["name"] == name:
            return argument.get("symbol", argument.get("value"))
    raise AssertionError(f"{call['call']} has no argument {name}: {call['args']}")


def payload(call):
    """The bytes that a call moved."""
    found = next(a for a in call["args"] if a["kind"] == "bytes")
    data = found["text"].encode() if "text" in found else base64.b64decode(found.get("base64", ""))
    return data[: call["ret"]]


def said(record, lane):
    """What a program wrote to its terminal, line by line."""
    of_lane = [line for line in record.of("output") if line["lane"] == lane]
    return "".join(line["data"]["text"] for line in of_lane).splitlines()
