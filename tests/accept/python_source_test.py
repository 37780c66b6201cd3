"""The Python line of each call, of every CPython that is on this machine."""

import glob
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from traced import PYTHON, Record, program, run

OLDEST, NEWEST = (3, 8), (3, 15)
NOBODY = 65534


def pythons():
    """(version, path) of each: Debian's own, those in PATH, and pyenv's."""
    found = {}
    names = [PYTHON] + [shutil.which(f"python3.{minor}") for minor in range(8, 16)]
    names += sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.*/bin/python3")))
    for name in names:
        if not name or not os.access(name, os.X_OK):
            continue
        asked = subprocess.run(
            [name, "-c", "import sys; print(*sys.version_info[:2], sys.executable,"
             " sys.implementation.name)"],
            capture_output=True, text=True, timeout=20, check=False)
        if asked.returncode or not asked.stdout.endswith("cpython\n"):
            continue
        major, minor, path, _ = asked.stdout.split()
        if OLDEST <= (int(major), int(minor)) <= NEWEST:
            found.setdefault(os.path.realpath(path), (int(major), int(minor)))
    return sorted((version, path) for path, version in found.items())


def line_of(script, mark):
    """The line with the comment "#: mark", from 1 on, and its text."""
    for number, text in enumerate(script.splitlines(), 1):
        if text.endswith("#: " + mark):
            return number, text
    raise AssertionError(f"no line is marked {mark}")


class PythonLines(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.pythons = pythons()
        if not cls.pythons:
            raise unittest.SkipTest("there is no CPython 3.8 to 3.15")

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="socktrace-")
        os.chmod(self.folder, 0o777)
        self.addCleanup(shutil.rmtree, self.folder)

    def trace(self, python, script, *options, name="script.py", **how):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(script)
        record = os.path.join(self.folder, "run.jsonl")
        if os.path.exists(record):
            os.unlink(record)
        done = run("-q", "-o", record, *options, python, path, cwd=self.folder, **how)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return Record(record)

    def sent(self, record, payload):
        """The one call that sent it."""
        found = [call for call in record.calls() for argument in call["args"]
                 if argument["kind"] == "bytes" and argument.get("text") == payload
                 and call["call"].startswith("send")]
        self.assertEqual(len(found), 1, payload)
        return found[0]

    def check(self, version, record, script, mark, function, end=None):
        """Whoever sent the mark did so in the line with its comment, in that function."""
        source = self.sent(record, mark)["source"]
        number, text = line_of(script, mark)
        self.assertEqual(source["language"], "python")
        self.assertEqual(os.path.basename(source["file"]), "script.py")
        self.assertEqual((source["line"], source["text"]), (number, text), mark)
        names = [function, function.rpartition(".")[2]]
        self.assertIn(source["function"], names[:1] if version >= (3, 11) else names[1:])
        if version < (3, 11):
            self.assertNotIn("column", source)
        elif end:  # the call, in bytes
            begin, behind = source["column"] - 1, source["end_column"] - 1
            called = text.encode()[begin:behind].decode()
            self.assertTrue(called.startswith("s.send(") and called.endswith(end), called)
        else:
            self.assertTrue(text[source["column"] - 1:].startswith("s.send("), text)
            self.assertNotIn("end_column", source)
        return source

    # --- where a call can stand ---

    PLACES = '''\
import os, socket, threading

s, other = socket.socketpair()

def plain():
    s.send(b"plain")  #: plain

def lines():
    return (1 +
        s.send(  #: lines
            b"lines"
        ))

class Sender:
    def method(self):
        def inner(é):
            "中文"; é, x = 1, s.send(b"inner")  #: inner
        inner("ü")

    @property
    def value(self):
        try:
            raise KeyError
        except KeyError:
            pass
        finally:
            s.send(b"property")  #: property

def generator():
    yield from (n for n in [s.send(b"generator")])  #: generator

def decorated(function):
    def wrapper(*arguments):
        for _ in range(3):
            pass
        return function(*arguments)
    return wrapper

@decorated
def deep(n):
    if n:
        return deep(n - 1)
    return s.send(b"deep")  #: deep

plain()
lines()
Sender().method()
Sender().value
list(generator())
deep(5)
[s.send(b"module") for one in "x"] and None  # a function of its own before 3.12
thread = threading.Thread(target=lambda: s.send(b"thread"))  #: thread
thread.start()
thread.join()
child = os.fork()
if not child:
    s.send(b"fork")  #: fork
    os._exit(0)
os.waitpid(child, 0)
s.send(b"after")  #: after
'''

    def test_it_is_the_line_that_the_program_has_wherever_the_call_stands(self):
        for version, python in self.pythons:
            with self.subTest(version=version, python=python):
                record = self.trace(python, self.PLACES)
                for mark, function, end in (
                        ("plain", "plain", ")"), ("lines", "lines", None),
                        ("inner", "Sender.method.<locals>.inner", 'b"inner")'),
                        ("property", "Sender.value", ")"), ("deep", "deep", ")"),
                        ("generator", "generator", 'b"generator")'),
                        ("thread", "<lambda>", 'b"thread")'), ("fork", "<module>", ")"),
                        ("after", "<module>", ")")):
                    self.check(version, record, self.PLACES, mark, function, end)
                self.assertNotIn("via", self.sent(record, "plain")["source"])

    def test_without_it_nothing_is_told(self):
        record = self.trace(self.pythons[0][1], self.PLACES, "--source=off")
        self.assertTrue(record.calls())
        self.assertFalse([call for call in record.calls() if "source" in call])

    # --- through the standard library ---

    LIBRARY = '''\
import socket

def serve():
    s = socket.create_server(("127.0.0.1", 0))  #: create
    c = socket.create_connection(s.getsockname())
    conn, addr = s.accept()  #: accept
    conn.close()
    c.close()
    s.close()

serve()
'''

    def test_what_the_library_calls_is_shown_where_the_program_called_it(self):
        for version, python in self.pythons:
            with self.subTest(version=version):
                record = self.trace(python, self.LIBRARY)
                bind, = record.calls(name="bind")
                accept, = record.calls(name="accept4")
                for call, mark, inner in ((bind, "create", "create_server"),
                                          (accept, "accept", "accept")):
                    number, text = line_of(self.LIBRARY, mark)
                    source = call["source"]
                    self.assertEqual(
                        (source["line"], source["text"], source["function"]),
                        (number, text, "serve"))
                    self.assertRegex(source["via"], rf"^socket\.py:\d+ (socket\.)?{inner}$")

    ASYNCIO = '''\
import asyncio

async def serve(reader, writer):
    data = await reader.read(10)
    writer.write(b"answer")  #: answer
    await writer.drain()
    writer.close()

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)  #: start
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"question")  #: question
    await reader.read()
    writer.close()
    server.close()
    await server.wait_closed()

asyncio.run(main())  #: run
'''

    def test_what_the_event_loop_does_by_itself_says_so(self):
        for version, python in self.pythons:
            with self.subTest(version=version):
                record = self.trace(python, self.ASYNCIO)
                for mark, function in (("answer", "serve"), ("question", "main")):
                    source = self.sent(record, mark)["source"]
                    self.assertEqual((source["line"], source["text"]),
                                     line_of(self.ASYNCIO, mark))
                    self.assertEqual(source["function"], function)
                    self.assertRegex(source["via"], r"^selector_events\.py:\d+ .*\bwrite$")
                listen, = record.calls(name="listen")
                number, _ = line_of(self.ASYNCIO, "start")
                self.assertEqual(listen["source"]["line"], number)
                received = [call for call in record.calls()
                            if call["call"].startswith("recv") and call["ret"] > 1]
                self.assertEqual(len(received), 2)
                for call in received:
                    source = call["source"]
                    self.assertEqual((source["line"], source["text"]),
                                     line_of(self.ASYNCIO, "run"))
                    self.assertRegex(
                        source["via"], r"^asyncio event loop \(selector_events\.py:\d+ .*\)$")

    # --- code that is in no file, or in one that moved ---

    def test_of_python_c_the_line_is_on_the_command_line(self):
        code = ("import socket\na, b = socket.socketpair()\n"
                "def f():\n    a.send(b'inner')\nif 1:\n    a.send(b'outer'); f()\n"
                "exec('a.send(b\"run\")')\n")
        for version, python in self.pythons:
            with self.subTest(version=version):
                record = os.path.join(self.folder, f"{version[1]}.jsonl")
                done = run("-q", "-o", record, python, "-Wignore", "-c", code)
                self.assertEqual(done.returncode, 0, done.stderr)
                record = Record(record)
                outer = self.sent(record, "outer")["source"]
                self.assertEqual((outer["file"], outer["line"], outer["text"]),
                                 ("<string>", 6, "    a.send(b'outer'); f()"))
                # It could be of another <string>.
                for mark, line in (("inner", 4), ("run", 1)):
                    source = self.sent(record, mark)["source"]
                    self.assertEqual((source["file"], source["line"]), ("<string>", line))
                    self.assertNotIn("text", source)

    def test_a_relative_name_is_taken_from_where_the_program_began(self):
        script = ("import os, socket\npair = socket.socketpair(); os.chdir('/')\n"
                  "pair[0].send(b'away')  #: away\n")
        with open(os.path.join(self.folder, "script.py"), "w", encoding="utf-8") as file:
            file.write(script)
        for version, python in self.pythons:
            with self.subTest(version=version):
                record = os.path.join(self.folder, f"{version[1]}.jsonl")
                done = run("-q", "-o", record, python, "script.py", cwd=self.folder)
                self.assertEqual(done.returncode, 0, done.stderr)
                source = self.sent(Record(record), "away")["source"]
                self.assertEqual((source["line"], source["text"]), line_of(script, "away"))

    def test_a_file_that_changed_meanwhile_is_not_read(self):
        script = ("import socket\nwith open(__file__, 'a') as file: file.write('# new')\n"
                  "pair = socket.socketpair(); pair[0].send(b'changed')\n")
        record = self.trace(self.pythons[0][1], script)
        source = self.sent(record, "changed")["source"]
        self.assertEqual(source["line"], 3)
        self.assertNotIn("text", source)

    # --- who looks, and what is shown ---

    def test_an_ordinary_user_sees_it_too(self):
        shared = os.path.join(self.folder, "socktrace")
        shutil.copy(run.__globals__["SOCKTRACE"], shared)
        script = os.path.join(self.folder, "script.py")
        with open(script, "w", encoding="utf-8") as file:
            file.write(self.PLACES)
        record = os.path.join(self.folder, "run.jsonl")
        user = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run([shared, "-q", "-o", record, PYTHON, script], check=False,
                              capture_output=True, text=True, timeout=30, **user)
        if done.returncode == 127:
            self.skipTest("Debian's python3 is not installed")
        self.assertEqual(done.returncode, 0, done.stderr)
        source = self.sent(Record(record), "plain")["source"]
        self.assertEqual((source["line"], source["text"]), line_of(self.PLACES, "plain"))

    def test_the_text_has_place_function_way_and_code(self):
        path = os.path.join(self.folder, "script.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.LIBRARY)
        number, text = line_of(self.LIBRARY, "accept")
        done = run("-q", self.pythons[-1][1], path)
        self.assertRegex(done.stderr, rf"accept4?\(3, .*  script\.py:{number} in serve "
                         rf"\(via socket\.py:\d+ (socket\.)?accept\)  {re.escape(text.strip())}")

    def test_with_k_the_stack_of_machine_code_stands_beside_it(self):
        record = self.trace(self.pythons[-1][1], self.LIBRARY, "-k")
        accept, = record.calls(name="accept4")
        if "stack" not in accept:
            self.skipTest("socktrace was built without libdw")
        self.assertEqual(accept["source"]["language"], "python")
        self.assertTrue([frame for frame in accept["stack"]
                         if "python" in os.path.basename(frame.get("module", ""))])

    # --- threads that wait in odd places, against what Python says of itself ---

    PARKED = '''\
import json, socket, sys, threading

pairs = [socket.socketpair() for _ in range(12)]

def recv(n):
    return pairs[n][0].recv(1)

class Odd:
    def __add__(self, n): return pairs[n][0].recv(2)
    def __enter__(self): return pairs[4][0].recv(
        3)
    def __exit__(self, *_): pass
    @property
    def attribute(self): return pairs[5][0].recv(4)
    @staticmethod
    def static(n): return [recv(n) for _ in range(2)]

def with_():
    with Odd() as x: pass

def finally_():
    try:
        1 / 0
    except ZeroDivisionError:
        try:
            pass
        finally:
            z = {k: v for k, v in [(1, pairs[6][0].recv(1))]}

def generator():
    x = yield 1
    y = yield (
        pairs[7][0].recv(
            1,
        )
    )

def drive():
    g = generator(); next(g); g.send(2)

async def coroutine():
    return [pairs[8][0].recv(1) async for _ in agen()]

async def agen():
    yield 1

def run():
    try: coroutine().send(None)
    except StopIteration: pass

def class_body():
    class Body:
        x = pairs[9][0].recv(1); y = 2

def default(x=0, *a, k=lambda: pairs[10][0].recv(1)): return sorted([1], key=lambda _: k())

jobs = [lambda: recv(0), lambda: Odd() + 1, lambda: Odd.static(2), lambda: max([3], key=recv),
        with_, lambda: Odd().attribute, finally_, drive, run, class_body, default,
        lambda: (
            pairs[11][0].recv(1)
            if 1 else 2)]

threads = [threading.Thread(target=job, daemon=True) for job in jobs]
for thread in threads: thread.start()

def asleep(tid):
    with open(f"/proc/self/task/{tid}/syscall") as file: return file.read()[0] in "42"

while not all(asleep(thread.native_id) for thread in threads): pass

def place(frame):
    while frame.f_code.co_filename != __file__: frame = frame.f_back
    code, columns = frame.f_code, (None, None)
    name = getattr(code, "co_qualname", code.co_name)
    if hasattr(code, "co_positions"):
        line, end, *columns = list(code.co_positions())[frame.f_lasti // 2]
        columns = columns[0] + 1, columns[1] + 1 if end == line else 0
    return [frame.f_lineno, columns[0] or 0, columns[1] or 0, name]

frames = sys._current_frames()
print(json.dumps({thread.native_id: place(frames[thread.ident]) for thread in threads}), flush=True)
sys.stdin.read()
'''

    def test_a_dozen_threads_in_odd_places_are_where_python_says_they_are(self):
        path = os.path.join(self.folder, "parked.py")
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.PARKED)
        for version, python in self.pythons:
            with self.subTest(version=version), subprocess.Popen(
                    [python, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                    text=True) as parked:
                said = json.loads(parked.stdout.readline())
                seen = subprocess.run([program("python_lines"), str(parked.pid)], text=True,
                                      capture_output=True, timeout=20, check=False)
                parked.stdin.close()
                self.assertEqual(seen.returncode, 0, seen.stderr)
                rows = {row[0]: row for row in map(str.split, seen.stdout.splitlines())}
                for tid, (line, column, end, name) in said.items():
                    _, file, *numbers, function = rows[tid][:6]
                    self.assertEqual(file, path)
                    self.assertEqual(([int(n) for n in numbers], function),
                                     ([line, column, end], name))
                self.assertEqual(len(said), 12)


if __name__ == "__main__":
    unittest.main()
