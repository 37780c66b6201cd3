"""Programs built in other ways than the rest: static with musl, and for i386."""

import os
import subprocess
import unittest

from serving import HERE, Recording, Serving, number
from traced import SOCKTRACE, free_port, needs, program

ROOT = os.path.join(HERE, "..", "..")
# Those that print the same each time, and that musl's headers suffice for.
PROGRAMS = ["threads", "vfork_exec", "signals", "restart", "fork_sockets", "rights", "unixes",
            "udp", "every_call", "closes"]


class Native(Serving):
    def build(self, name, compiler, *flags):
        path = self.path(name)
        made = subprocess.run(
            [compiler, *flags, "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-o", path,
             os.path.join(ROOT, "tests", "programs", f"{name}.c"), "-pthread"],
            capture_output=True, text=True, check=False, timeout=60)
        if made.returncode != 0:
            raise unittest.SkipTest(f"{compiler} {' '.join(flags)} builds nothing here: "
                                    + made.stderr[:300])
        return path

    def same(self, path):
        """Output, errors and status as without socktrace."""
        def run(*prefix):
            done = subprocess.run([*prefix, path], capture_output=True, text=True, check=False,
                                  stdin=subprocess.DEVNULL, timeout=120, cwd=self.folder)
            return done.returncode, done.stdout, done.stderr
        record = self.path("same.jsonl")
        alone = run()
        self.assertEqual(run(SOCKTRACE, "-o", record), alone)
        self.assertGreater(Recording(record).types["call"], 0)

    def load(self, path):
        port, connections = free_port(), number(1500, 100)
        server = self.serve(path, port, port=port)
        self.ask_capitals(port, connections)
        record = self.end(server)
        self.assertEqual(server.output(), "3 of 3 ended well\n")
        self.assertGreaterEqual(record.accepted(), connections)
        self.assertGreaterEqual(len(record.connections), connections)
        self.assertEqual(record.processes["fork"], 3)
        for name in ("recv", "send", "read", "write", "recvmsg", "sendmsg", "readv", "writev"):
            self.assertGreaterEqual(record.succeeded(name), connections // 10, name)

    def test_a_server_of_this_machines_own_kind(self):
        self.load(program("serves"))

    def test_a_static_musl_server(self):
        needs("musl-gcc")
        self.load(self.build("serves", "musl-gcc", "-static"))

    def test_an_i386_server(self):
        needs("gcc")
        self.load(self.build("serves", "gcc", "-m32"))

    def test_static_musl_programs(self):
        needs("musl-gcc")
        for name in PROGRAMS:
            with self.subTest(name):
                self.same(self.build(name, "musl-gcc", "-static"))

    def test_i386_programs(self):
        needs("gcc")
        for name in PROGRAMS:
            with self.subTest(name):
                self.same(self.build(name, "gcc", "-m32"))


if __name__ == "__main__":
    unittest.main()
