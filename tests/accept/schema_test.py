"""Each line of a recording is what docs/record.schema.json says, and nothing else is."""

import copy
import json
import os
import subprocess
import sys
import tempfile
import unittest

try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SCHEMA = os.path.join(ROOT, "docs", "record.schema.json")
SAMPLE = os.path.join(ROOT, "tests", "golden", "record.jsonl")
SOCKTRACE = os.environ.get("SOCKTRACE", os.path.join(ROOT, "socktrace"))

# Both ends of a connection, an error, a payload that is no UTF-8, output.
PROGRAM = r"""
import os, socket
server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
conn, addr = server.accept()
client.sendall('你好'.encode()), client.sendall(b'\xff\x00\x1b[2J')
print(conn.recv(6), conn.recv(100), flush=True)
try:
    socket.socket().bind(server.getsockname())
except OSError as error:
    os.write(2, b'\xff' + str(error).encode())
conn.close(), client.close(), server.close()
"""


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def objects(value):
    """Every object and array inside, the value itself first."""
    if isinstance(value, (dict, list)):
        yield value
        for inner in value.values() if isinstance(value, dict) else value:
            yield from objects(inner)


def mutants(line, change):
    """Copies of the line, each with one of its objects changed in one key."""
    for i, _ in enumerate(objects(line)):
        for key in list(places(list(objects(line))[i])):
            mutant = copy.deepcopy(line)
            change(list(objects(mutant))[i], key)
            yield mutant


def places(value):
    return value.keys() if isinstance(value, dict) else range(len(value))


def set_null(value, key):
    value[key] = None


def set_empty(value, key):
    # An argument of a program may be the empty string; a field may not.
    empty = (dict, list) if isinstance(value, list) else (dict, list, str)
    value[key] = type(value[key])() if isinstance(value[key], empty) else None


@unittest.skipUnless(Draft202012Validator, "python3-jsonschema is not installed")
class Schema(unittest.TestCase):
    def setUp(self):
        with open(SCHEMA, encoding="utf-8") as file:
            self.schema = json.load(file)
        self.validator = Draft202012Validator(self.schema)

    def check_all(self, lines):
        for number, line in enumerate(lines, 1):
            errors = list(self.validator.iter_errors(line))
            self.assertFalse(errors, f"line {number}: {line}")

    def refuse(self, line):
        self.assertFalse(self.validator.is_valid(line), line)

    def test_the_schema_is_one(self):
        Draft202012Validator.check_schema(self.schema)

    def test_the_sample_is_valid(self):
        self.check_all(lines_of(SAMPLE))

    def test_the_sample_has_every_type_that_is_written(self):
        types = {line["type"] for line in lines_of(SAMPLE)}
        self.assertEqual(
            types,
            {"header", "process", "enter", "call", "unfinished", "output", "state",
             "segment", "connection", "end"},
        )

    def test_nothing_may_be_null_or_empty(self):
        for line in lines_of(SAMPLE):
            for change in (set_null, set_empty):
                for mutant in mutants(line, change):
                    self.refuse(mutant)

    def test_no_object_may_have_a_field_of_its_own(self):
        free = ("variables", "params")
        for line in lines_of(SAMPLE):
            for i, value in enumerate(objects(line)):
                if not isinstance(value, dict) or any(
                    value is parent.get(key)
                    for parent in objects(line) if isinstance(parent, dict) for key in free
                ):
                    continue
                mutant = copy.deepcopy(line)
                list(objects(mutant))[i]["surprise"] = 1
                self.refuse(mutant)

    def test_an_argument_has_a_name_and_a_known_kind(self):
        call = next(line for line in lines_of(SAMPLE) if line.get("call") == "socket")
        for change in ({"kind": "float"}, {"name": ""}, {"value": "2"}):
            mutant = copy.deepcopy(call)
            mutant["args"][0].update(change)
            self.refuse(mutant)

    def test_a_datagram_has_nothing_of_tcp(self):
        segments = [line for line in lines_of(SAMPLE) if line["type"] == "segment"]
        tcp = next(line for line in segments if line["protocol"] == "tcp")
        udp = next(line for line in segments if line["protocol"] == "udp")
        for key in ("flags", "seq", "ack", "window", "options", "relative"):
            self.refuse({**udp, key: tcp[key]})
        for key in ("seq", "window", "header_length", "length", "checksum"):
            self.refuse({name: value for name, value in tcp.items() if name != key})

    def test_a_segment_holds_only_what_a_header_has_room_for(self):
        tcp = next(line for line in lines_of(SAMPLE) if line["type"] == "segment")
        for change in ({"seq": 1 << 32}, {"window": 1 << 16}, {"length": -1},
                       {"flags": ["SYN", "XYZ"]}, {"remark": "odd"}, {"header_length": 64}):
            self.refuse({**tcp, **change})

    @unittest.skipUnless(os.access(SOCKTRACE, os.X_OK), "socktrace is not built")
    def test_a_real_recording_is_valid(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "t.jsonl")
            done = subprocess.run(
                [SOCKTRACE, "-e", "all", "-o", path, sys.executable, "-c", PROGRAM],
                capture_output=True, timeout=60, check=False,
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            lines = lines_of(path)
        self.check_all(lines)
        self.assertEqual(lines[0]["type"], "header")
        self.assertEqual(lines[-1]["type"], "end")
        self.assertIn("EADDRINUSE", {line.get("errno") for line in lines})
        self.assertTrue(any("base64" in line.get("data", {}) for line in lines))


if __name__ == "__main__":
    unittest.main()
