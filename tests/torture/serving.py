"""What the tests on servers share: a server is started or watched by socktrace, driven with load
from outside, and ended; its record is read, and nobody may be left behind."""

import collections
import ctypes
import hashlib
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from traced import SOCKTRACE, needs

try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None

HERE = os.path.dirname(os.path.abspath(__file__))
SERVERS = os.path.join(HERE, "servers")  # the programs in other languages than C
SCHEMA = os.path.join(HERE, "..", "..", "docs", "record.schema.json")
QUICK = bool(os.environ.get("QUICK"))
LIMIT = 240  # seconds for one program; whoever needs longer hangs
PATIENCE = 60  # and for one thing that has to happen
PR_SET_CHILD_SUBREAPER = 36

# Says at the end: answers that were right, wrong, and errors of its own.
WRK_SCRIPT = """
local file = assert(io.open(os.getenv("EXPECTED"), "rb"))
local expected = file:read("*a")
local threads = {}
right, wrong = 0, 0
function setup(thread) table.insert(threads, thread) end
function response(status, headers, body)
	if status == 200 and body == expected then right = right + 1 else wrong = wrong + 1 end
end
function done(summary)
	local all, bad, errors = 0, 0, summary.errors
	for _, thread in ipairs(threads) do
		all, bad = all + thread:get("right"), bad + thread:get("wrong")
	end
	print(string.format("counted %d %d %d", all, bad, errors.connect + errors.read
		+ errors.write + errors.status + errors.timeout))
end
"""


def number(full, quick):
    """How many of something: all, or fewer with QUICK=1."""
    return quick if QUICK else full


def digest(data):
    return hashlib.sha256(data).hexdigest()


def status_of(pid, name):
    """The line of /proc/PID/status, without its name."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return next(line.split(":", 1)[1].strip() for line in status if line.startswith(name))


def children(pid):
    """Of all its threads: each keeps a list of its own."""
    found = []
    for tid in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{tid}/children", encoding="ascii") as file:
            found += [int(word) for word in file.read().split()]
    return found


def receive(sock, size):
    """So many bytes, or fewer if the other end closes."""
    got = b""
    while len(got) < size and (data := sock.recv(size - len(got))):
        got += data
    return got


class Recording:
    """A recording too long to be kept: read line by line, counted, and found complete."""

    def __init__(self, path):
        self.types = collections.Counter()
        self.returned = collections.Counter()  # (call, errno or "restarted" or None) -> how often
        self.processes = collections.Counter()  # what -> how often
        self.connections = []
        self.signals = collections.Counter()
        self.size = os.path.getsize(path)
        self.waiting, self.finished, self.alive = set(), set(), set()
        validator = None
        if Draft202012Validator:
            with open(SCHEMA, encoding="utf-8") as file:
                validator = Draft202012Validator(json.load(file))
        with open(path, encoding="utf-8") as file:
            for index, text in enumerate(file):
                line = json.loads(text)
                # All by the schema would take longer than the load itself.
                if validator and index % 499 == 1:
                    validator.validate(line)
                assert (line["type"] == "header") == (index == 0), f"line {index}: {line}"
                self._take(line)
        assert line["type"] == "end", f"the last line: {line}"
        assert line["lost"] == 0, line
        assert line["calls"] == len(self.finished), (line, len(self.finished))
        assert not self.waiting, f"never returned, and nobody says why: {sorted(self.waiting)[:5]}"
        assert not self.alive, f"started, and nobody says how they ended: {self.alive}"

    def _take(self, line):
        kind = line["type"]
        self.types[kind] += 1
        if kind == "enter":
            self.waiting.add(line["n"])
        elif kind in ("call", "unfinished"):
            assert line["n"] not in self.finished, f"twice: {line}"
            self.finished.add(line["n"])
            self.waiting.discard(line["n"])
            if kind == "call":
                how = "restarted" if "restarted" in line else line.get("errno")
                self.returned[line["call"], how] += 1
        elif kind == "connection":
            self.connections.append(line)
        elif kind == "process":
            self._take_process(line)

    def _take_process(self, line):
        self.processes[line["what"]] += 1
        if line["what"] in ("start", "attach", "fork"):
            self.alive.add(line["pid"])
        elif line["what"] in ("exit", "detach"):
            self.alive.discard(line["pid"])
        elif line["what"] == "signal":
            self.signals[line["signal"]] += 1

    def succeeded(self, *names):
        return sum(self.returned[name, None] for name in names)

    def failed(self, name):
        """errno or "restarted" -> how often."""
        return {how: count for (call, how), count in self.returned.items() if call == name and how}

    def accepted(self):
        return self.succeeded("accept", "accept4")

    def bytes(self, which, address):
        """Sent or received at that address, over all connections."""
        return sum(end.get(f"bytes_{which}", 0) for connection in self.connections
                   for end in connection["ends"] if end.get("address") == address)


class Serving(unittest.TestCase):
    """One folder for each test, which every user may enter, and nobody left at its end."""

    def setUp(self):
        # The children of whoever dies become ours, so that none is overlooked.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        folder = tempfile.TemporaryDirectory(prefix="socktrace-")
        self.addCleanup(folder.cleanup)
        self.addCleanup(self.nobody_is_left)
        self.folder = folder.name
        os.chmod(self.folder, 0o755)
        self.records = 0

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def write(self, name, content):
        """A file in the folder: its path."""
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    # --- programs ------------------------------------------------------------------------

    def start(self, *command, **how):
        """A program in the background, its output in files: the process, with .errors()."""
        name = f"{os.path.basename(str(command[0]))}.{len(os.listdir(self.folder))}"
        how.setdefault("stdin", subprocess.DEVNULL)
        with open(self.path(name + ".out"), "wb") as out, \
                open(self.path(name + ".err"), "wb") as err:
            process = subprocess.Popen([str(word) for word in command], stdout=out, stderr=err,
                                       cwd=self.folder, **how)
        process.output = lambda: self.read(name + ".out")
        process.errors = lambda: self.read(name + ".err")
        self.addCleanup(self.stop, process)
        return process

    def read(self, name):
        with open(self.path(name), encoding="utf-8", errors="replace") as file:
            return file.read()

    def run_(self, *command, status=0, **how):
        """A program to its end: what it printed."""
        how.setdefault("stdin", subprocess.DEVNULL)
        how.setdefault("timeout", LIMIT)
        done = subprocess.run([str(word) for word in command], capture_output=True, check=False,
                              cwd=self.folder, **how)
        self.assertEqual(done.returncode, status,
                         f"{command}: {done.stderr.decode(errors='replace')[-2000:]}")
        return done.stdout

    def stop(self, process):
        """Whatever a failed test left running; does nothing after a good one."""
        for ends in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is None:
                process.send_signal(ends)
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    pass

    def until(self, condition, what):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.assertLess(time.monotonic(), deadline, f"it did not come: {what}")
            time.sleep(0.01)

    def nobody_is_left(self):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                if os.waitpid(-1, os.WNOHANG) == (0, 0):
                    time.sleep(0.02)
            except ChildProcessError:
                return
        left = children(os.getpid())
        names = [f"{pid} {status_of(pid, 'Name')} {status_of(pid, 'State')}" for pid in left]
        for pid in left:
            os.kill(pid, signal.SIGKILL)
        self.fail(f"left behind: {names}")

    # --- servers -------------------------------------------------------------------------

    def serve(self, *command, port=None, options=(), **how):
        """The server under socktrace: socktrace's process."""
        self.records += 1
        record = self.path(f"record-{self.records}.jsonl")
        process = self.start(SOCKTRACE, "-o", record, *options, *command, **how)
        process.record = record
        if port:
            self.listens(process, port)
        return process

    def untraced(self, *command, port=None, **how):
        process = self.start(*command, **how)
        if port:
            self.listens(process, port)
        return process

    def listens(self, process, port):
        def answers():
            self.assertIsNone(process.poll(), f"ended: {process.errors()[-2000:]}")
            with socket.socket() as sock:
                return sock.connect_ex(("127.0.0.1", port)) == 0
        self.until(answers, f"a server on port {port}")

    def attach(self, *pids):
        """socktrace, once every thread of the running programs is traced by it."""
        self.records += 1
        record = self.path(f"record-{self.records}.jsonl")
        process = self.start(SOCKTRACE, "-o", record, "-p", ",".join(map(str, pids)))
        process.record = record

        def attached():
            self.assertIsNone(process.poll(), f"ended: {process.errors()[-2000:]}")
            for pid in pids:
                self.assertNotEqual(status_of(pid, "State")[0], "Z", f"{pid} has died meanwhile")
            return all(status_of(pid, "TracerPid") == str(process.pid) for pid in pids)
        self.until(attached, "socktrace at its place")
        return process

    def detach(self, process):
        """Ctrl-C for an attached socktrace: its recording."""
        process.send_signal(signal.SIGINT)
        return self.ended(process)

    def program_of(self, process):
        """The pid of what socktrace launched."""
        return children(process.pid)[0]

    def end(self, process, number=signal.SIGTERM, status=0):
        """A signal for the program itself, which ends with that status: its recording."""
        os.kill(self.program_of(process), number)
        return self.ended(process, status)

    def ended(self, process, status=0):
        self.assertEqual(process.wait(LIMIT), status, process.errors()[-2000:])
        self.assertNotIn("socktrace:", process.errors())
        return Recording(process.record)

    # --- load ----------------------------------------------------------------------------

    def wrk(self, port, content, path="/", seconds=5, connections=40, headers=()):
        """Answers right, of which there has to be one at least, and none wrong."""
        needs("wrk")
        script = self.write("wrk.lua", WRK_SCRIPT)
        expected = self.write("wrk.expected", content)
        out = self.run_("wrk", "-t2", f"-c{connections}", f"-d{number(seconds, 1)}s", "--timeout",
                        "60s", "-s", script, *(f"-H{header}" for header in headers),
                        f"http://127.0.0.1:{port}{path}",
                        env={**os.environ, "EXPECTED": expected}).decode()
        counted = [line.split()[1:] for line in out.splitlines() if line.startswith("counted")]
        self.assertEqual(len(counted), 1, out)
        right, wrong, errors = map(int, counted[0])
        self.assertEqual((wrong, errors), (0, 0), out)
        self.assertNotIn("Socket errors", out)
        self.assertGreater(right, 0, out)
        return right

    def ask_capitals(self, port, connections, parts=4):
        """From a server that answers in capitals: connections with three questions each."""
        def some(part):
            source = random.Random(part)
            for _ in range(part, connections, parts):
                with socket.create_connection(("127.0.0.1", port), timeout=LIMIT) as sock:
                    for _ in range(3):
                        question = source.randbytes(source.randrange(1, 3000)).hex().encode()
                        sock.sendall(question)
                        self.assertEqual(receive(sock, len(question)), question.upper())
                    sock.shutdown(socket.SHUT_WR)
                    self.assertEqual(sock.recv(1), b"")
        together([lambda part=part: some(part) for part in range(parts)])

    def fetch_all(self, port, files, parallel=20, times=1):
        """Files by their names in the URL, {name: content}, with one curl: each is as it was."""
        needs("curl")
        for round_ in range(times):
            into = self.path(f"fetched-{round_}")
            self.run_("curl", "-sS", "--fail", "-Z", "--parallel-max", parallel, "--output-dir",
                      into, "--create-dirs",
                      *(word for name in files
                        for word in (f"http://127.0.0.1:{port}/{name}", "-o", name)))
            for name, content in files.items():
                with open(os.path.join(into, name), "rb") as file:
                    self.assertEqual(digest(file.read()), digest(content), name)
            shutil.rmtree(into)


def together(functions):
    """Runs them in threads; the first failure is raised here."""
    failures = []

    def guarded(function):
        try:
            function()
        except BaseException as error:  # pylint: disable=broad-except
            failures.append(error)
    threads = [threading.Thread(target=guarded, args=(function,)) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
