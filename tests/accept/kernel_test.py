"""On Linux 5.10, as far as a filter can make a later kernel answer as that one does: what it lacks
is said, and the rest works."""

import os
import shutil
import subprocess
import tempfile
import unittest

import networks_test
from traced import PYTHON, SOCKTRACE, Record, program, run

# One program, so that its calls have one order.
TALK = """
import socket
listener = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(listener.getsockname())
conn, _ = listener.accept()
client.send(b'hello')
conn.recv(100)
pair = socket.socketpair()
pair[0].send(b'there')
pair[1].recv(100)
conn.close()
client.recv(100)
client.close()
"""
REFUSED = ("socktrace: the tracepoint is no witness: states are seen at calls only\n"
           "  Linux 5.12 or later lets it be one\n")


def known(record):
    """What is said of each call, but for numbers that differ each time; and but for the state after
    close(), which depends on how soon the other end acknowledges it."""
    return [(call["call"], call.get("ret"), call.get("error"), call.get("socket", {}).get("type"),
             call.get("state", {}).get("after") if call["call"] != "close" else None)
            for call in record.of("call")]


class Networks(networks_test.Networks):
    """All that can be asked in another network, where a socket does not tell which is its own."""

    notices = ("", REFUSED)

    def setUp(self):
        super().setUp()
        self.socktrace = os.path.join(self.folder, "on-linux-5.10")
        without = shutil.copy(program("without"), self.folder)
        shutil.copy(SOCKTRACE, self.folder)
        with open(self.socktrace, "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\nexec {without} linux-5.10 {self.folder}/socktrace "$@"\n')
        os.chmod(self.socktrace, 0o755)

    def test_what_may_not_be_asked_there_is_not_said_to_be_closed(self):
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("needs root and setpriv")
        # Neither socket tells where it is, and the process is elsewhere: so nobody is asked.
        for connection in self.attached(*networks_test.ONLY_LOOKING).of("connection"):
            self.assertEqual(self.last_states(connection), ["CLOSE_WAIT", "ESTABLISHED"])
            self.assertEqual(connection["closed"], "open")


class Kernel(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "record.jsonl")

    def on_5_10(self, *words):
        return subprocess.run([program("without"), "linux-5.10", SOCKTRACE, *words], timeout=60,
                              capture_output=True, text=True, check=False)

    def talk(self, runs):
        done = runs("-o", self.path, PYTHON, "-c", TALK)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        return done, Record(self.path)

    def test_every_call_and_its_states_are_as_on_a_later_one(self):
        _, later = self.talk(run)
        _, before = self.talk(self.on_5_10)
        self.assertIn("ESTABLISHED", {state for *_, state in known(before)})
        self.assertEqual(known(before), known(later))

    def test_the_tracepoint_says_what_it_needs(self):
        done, record = self.talk(self.on_5_10)
        if "tracepoint" not in record.lines[0]["witnesses"]:
            self.skipTest("the tracepoint needs root")
        self.assertEqual(done.stderr, REFUSED)
        self.assertEqual([line for line in record.of("state") if line["witness"] == "tracepoint"], [])

    def test_where_it_is_a_witness_nothing_is_said(self):
        done, _ = self.talk(run)
        self.assertEqual(done.stderr, "")

    def test_an_isolated_network_has_its_wire(self):
        done = self.on_5_10("--isolate", "-o", self.path, PYTHON, "-c", TALK)
        if "isolated network" in done.stderr:
            self.skipTest(done.stderr)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)
        record = Record(self.path)
        self.assertIn("wire", record.lines[0]["witnesses"])
        self.assertNotEqual(record.of("segment"), [])


if __name__ == "__main__":
    unittest.main()
