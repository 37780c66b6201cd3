"""What `-o run.py` writes of a demo makes the same calls again: the programs are started, traced
once more, and compared call by call, as tests/demos/twins_test.py does it.

How a stream is cut into pieces is no property of a program: of what recv() gave only the sum
counts, socket by socket.
"""

import glob
import os
import shlex
import subprocess
import tempfile
import unittest

from lessons import ENVIRONMENT, payload
from traced import PYTHON, Record, run, trace
from twins_test import calls_of, difference, number_of


class Generated:
    """A demo, and the programs that were made of it."""

    def __init__(self, name, *options):
        self.folder = tempfile.TemporaryDirectory(prefix="socktrace-")
        os.chmod(self.folder.name, 0o777)
        recording = self.path("run.jsonl")
        done = run("-o", recording, "-o", self.path("run.py"), *options, "--demo", name,
                   timeout=120, env=ENVIRONMENT)
        if done.returncode == 125 and "namespace" in done.stderr:
            self.folder.cleanup()
            raise unittest.SkipTest(done.stderr.strip())
        assert done.returncode == 0, done.stderr
        self.record = Record(recording)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def program(self, lane):
        return self.path(f"run.{lane}.py")

    def text(self, lane):
        with open(self.program(lane), encoding="utf-8") as file:
            return file.read()

    def trace(self, lane, *clients):
        """The programs again: the one that others come to first, each client after the other."""
        options = [f"--client={PYTHON} {shlex.quote(self.program(client))}" for client in clients]
        _, record = trace("--isolate", *options, PYTHON, self.program(lane), timeout=60)
        return record


def streams(record, lane):
    """What each socket of a lane has received, all together."""
    sockets, received = {}, {}
    for call in record.calls(lane):
        if "socket" in call:
            number = number_of(call["socket"]["id"], sockets)
            if call["call"] == "recv" and call["ret"] > 0:
                received[number] = received.get(number, b"") + payload(call)
    return received


def without_pieces(calls):
    for call in calls:
        if call.name == "recv" and isinstance(call.result, int):
            call.result = call.fields["buf"] = "what came"
    return calls


class SameCalls(unittest.TestCase):
    maxDiff = None

    def compare(self, generated, lanes, *traced):
        record = generated.trace(*traced)
        for lane in lanes:
            twin = f"run.{lane}.py"
            with self.subTest(lane=lane):
                ours = without_pieces(calls_of(generated.record, lane))
                self.assertTrue(ours, "no calls: nothing compared")
                theirs = without_pieces(calls_of(record, twin))
                self.assertIsNone(difference(ours, theirs))
                self.assertEqual(streams(generated.record, lane), streams(record, twin))

    def test_of_the_echo_demo(self):
        with Generated("echo") as programs:
            self.compare(programs, ["server", "client"], "server", "client")

    def test_of_a_server_that_serves_one_after_the_other_until_it_is_ended(self):
        clients = ["client", "client-2", "client-3"]
        with Generated("upper") as programs:
            self.compare(programs, ["server", *clients], "server", *clients)

    def test_of_half_closed_connections(self):
        with Generated("half-close") as programs:
            self.compare(programs, ["server", "client"], "server", "client")

    def test_of_datagrams_to_somebody_and_to_nobody(self):
        with Generated("udp-oneway") as programs:
            self.compare(programs, ["sender"], "sender")
            others = ["receiver-2", "sender-2"]
            self.compare(programs, ["receiver", *others], "receiver", *others)

    def test_of_a_payload_longer_than_a_line(self):
        with Generated("file-transfer") as programs:
            self.compare(programs, ["server", "client"], "server", "client")

    def test_of_threads_and_children(self):
        """Which of two clients is served first is the scheduler's choice: only one comes here."""
        for name in ("thread-server", "fork-server"):
            with self.subTest(name), Generated(name) as programs:
                record = programs.trace("server", "client")
                ours = calls_of(programs.record, "client")
                self.assertIsNone(difference(ours, calls_of(record, "run.client.py")))


class Programs(unittest.TestCase):
    def test_name_sockets_by_their_role(self):
        with Generated("echo") as programs:
            server, client = programs.text("server"), programs.text("client")
        for line in ("server = socket.socket(socket.AF_INET, socket.SOCK_STREAM)",
                     "server.bind(('127.0.0.1', 8000))", "conn, addr = server.accept()",
                     "conn.close()", "server.close()"):
            self.assertIn("\n" + line + "\n", server)
        self.assertIn("\nclient.connect(('127.0.0.1', 8000))\n", client)
        self.assertNotIn("sock.", server.replace("socket.", "") + client.replace("socket.", ""))

    def test_have_the_call_in_c_above_each_line(self):
        with Generated("echo") as programs:
            self.assertIn("\n# 3: listen(3, 5) = 0\nserver.listen(5)\n", programs.text("server"))

    def test_are_told_of_in_the_file_that_was_asked_for_in_their_order(self):
        with Generated("echo") as programs:
            with open(programs.path("run.py"), encoding="utf-8") as file:
                lines = file.read().splitlines()
            self.assertEqual(lines[-2:], ["#     python3 run.server.py",
                                          "#     python3 run.client.py"])
            made = sorted(map(os.path.basename, glob.glob(programs.path("*.py"))))
        self.assertEqual(made, ["run.client.py", "run.py", "run.server.py"])

    def test_refuse_what_was_not_captured_whole(self):
        with Generated("echo", "--capture=4") as programs:
            done = run_python(programs.program("client"))
        # Six bytes stand in the code of the call itself only if all of them were captured.
        self.assertEqual(done.returncode, 1)
        self.assertIn("only 4 of its 6 bytes were captured", done.stderr)


def run_python(path, *arguments):
    return subprocess.run([PYTHON, path, *arguments], capture_output=True, text=True, timeout=30,
                          stdin=subprocess.DEVNULL, check=False)


class OneFile(unittest.TestCase):
    def test_has_all_programs_and_an_argument_says_which(self):
        with Generated("echo") as programs:
            done = run("--replay", programs.path("run.jsonl"), "--format", "python", "-o", "-")
            path = programs.path("all.py")
            with open(path, "w", encoding="utf-8") as file:
                file.write(done.stdout)
            usage = run_python(path)
            _, record = trace("--isolate", f"--client={PYTHON} {path} client",
                              PYTHON, path, "server", timeout=60)
            ours = calls_of(programs.record, "server")
            self.assertIsNone(difference(without_pieces(ours),
                                         without_pieces(calls_of(record, "all.py"))))
        self.assertIn("all.py server | client", usage.stderr)

    def test_of_a_run_with_one_program_is_the_program(self):
        with Generated("simultaneous") as programs:
            self.assertEqual(os.listdir(programs.folder.name).count("run.self.py"), 0)
            with open(programs.path("run.py"), encoding="utf-8") as file:
                self.assertIn("\nclient.connect(", file.read())


if __name__ == "__main__":
    unittest.main()
