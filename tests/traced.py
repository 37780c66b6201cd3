"""What the tests share: run socktrace, read its record, look things up in it."""

import json
import os
import random
import shutil
import socket
import subprocess
import tempfile
import unittest

os.environ["LC_ALL"] = "C.UTF-8"  # English, whoever runs the tests

BUILD = os.path.abspath(os.environ.get("BUILD", "build"))
SOCKTRACE = os.path.abspath(os.environ.get("SOCKTRACE", "./socktrace"))
CATALOGUE = os.path.join(BUILD, "locale", "zh_CN", "LC_MESSAGES", "socktrace.mo")
DEMOS = os.path.join(BUILD, "demos")
PROGRAMS = os.path.join(BUILD, "tests", "programs")
PYTHON = "/usr/bin/python3"  # Debian's own, whatever else is in PATH
# For what starts `python3`: in it that is PYTHON.
ENVIRONMENT = {**os.environ, "PATH": os.path.dirname(PYTHON) + os.pathsep + os.environ["PATH"]}
LIMIT = 30  # seconds; whoever needs longer hangs


def program(name):
    """A test's helper program; the test is skipped where it could not be built."""
    path = os.path.join(PROGRAMS, name)
    if not os.access(path, os.X_OK):
        raise unittest.SkipTest(f"{name} is not built on this machine")
    return path


def needs(*commands):
    for command in commands:
        if not shutil.which(command):
            raise unittest.SkipTest(f"{command} is not installed")


def free_port():
    """A port that nobody holds, and that no connect() of a test beside this one gets meanwhile:
    those come from net.ipv4.ip_local_port_range, from 32768 on."""
    while True:
        port = random.randrange(10000, 32000)
        with socket.socket() as stream, socket.socket(type=socket.SOCK_DGRAM) as datagram:
            try:
                stream.bind(("0.0.0.0", port))
                datagram.bind(("0.0.0.0", port))
            except OSError:
                continue
        return port


def run(*arguments, **options):
    """socktrace with these arguments: a CompletedProcess with text output."""
    options.setdefault("timeout", LIMIT)
    options.setdefault("stdin", subprocess.DEVNULL)
    options.setdefault("text", True)
    if "stdout" not in options and "stderr" not in options:
        options["capture_output"] = True
    return subprocess.run([SOCKTRACE, *map(str, arguments)], check=False, **options)


class Record:
    """The lines of a recording, and questions about them."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.lines = [json.loads(line) for line in file]

    def of(self, kind):
        return [line for line in self.lines if line["type"] == kind]

    def calls(self, lane=None, name=None, fd=None):
        return [
            line
            for line in self.of("call")
            if (lane is None or line["lane"] == lane)
            and (name is None or line["call"] == name)
            and (fd is None or line.get("socket", {}).get("fd") == fd)
        ]

    def call(self, name, lane=None):
        """The one call of that name."""
        found = self.calls(lane, name)
        assert len(found) == 1, f"{len(found)} calls of {name}, not one: {found}"
        return found[0]

    def names(self, lane=None):
        return [line["call"] for line in self.calls(lane)]


def arg(call, name):
    """An argument's record by name."""
    for argument in call["args"]:
        if argument["name"] == name:
            return argument
    raise AssertionError(f"{call['call']} has no argument {name}: {call['args']}")


def trace(*arguments, **options):
    """Runs socktrace -o RECORD ...: the process and its Record."""
    with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
        os.chmod(folder, 0o777)
        path = os.path.join(folder, "record.jsonl")
        done = run("-o", path, *arguments, **options)
        return done, Record(path)
