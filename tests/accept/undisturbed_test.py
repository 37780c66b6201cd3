"""The traced program is not disturbed: same output, same status, with and without."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

from traced import PROGRAMS, PYTHON, needs, program, run, trace


def plain(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False,
                          stdin=subprocess.DEVNULL, timeout=60, **options)


class Undisturbed(unittest.TestCase):
    def same(self, *command):
        alone = plain(*command)
        with tempfile.TemporaryDirectory() as folder:
            traced = run("-o", os.path.join(folder, "t.jsonl"), *command)
        self.assertEqual(traced.stdout, alone.stdout)
        self.assertEqual(traced.stderr, alone.stderr)
        self.assertEqual(traced.returncode, alone.returncode)
        return traced

    def test_every_helper_program(self):
        """Threads, vfork and exec, signals, restarts, rights, options, i386 calls ..."""
        names = ["threads", "vfork_exec", "signals", "restart", "fork_sockets", "rights",
                 "unixes", "udp", "options", "every_call", "int80", "closes"]
        found = 0
        for name in names:
            path = os.path.join(PROGRAMS, name)
            if os.access(path, os.X_OK):
                found += 1
                with self.subTest(name):
                    self.same(path)
        self.assertGreater(found, 8)

    def test_status(self):
        for status in (0, 1, 42, 125, 255):
            self.assertEqual(self.same("sh", "-c", f"exit {status}").returncode, status)

    def test_death_by_a_signal(self):
        killed = program("killed")
        for name in ("SIGTERM", "SIGSEGV", "SIGKILL"):
            with self.subTest(name):
                done = self.same(killed, name)
                self.assertEqual(done.returncode, -getattr(signal, name))

    def build(self, folder, *flags, source="threads", compiler="gcc"):
        path = os.path.join(folder, "built")
        made = plain(compiler, "-D_GNU_SOURCE", "-O1", *flags, "-o", path,
                     f"tests/programs/{source}.c", "-pthread")
        if made.returncode != 0:
            raise unittest.SkipTest(f"{compiler} {' '.join(flags)} builds nothing here")
        return path

    def test_a_static_program(self):
        needs("gcc")
        with tempfile.TemporaryDirectory() as folder:
            self.same(self.build(folder, "-static"))

    def test_a_program_of_32_bits(self):
        needs("gcc")
        with tempfile.TemporaryDirectory() as folder:
            for source in ("threads", "every_call", "fork_sockets", "rights"):
                with self.subTest(source):
                    self.same(self.build(folder, "-m32", source=source))

    def test_environment_mask_and_dispositions_are_inherited(self):
        script = ("import os, signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN);"
                  "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1]);"
                  "os.execvp(sys.argv[1], sys.argv[1:])")
        status = ["grep", "-E", "^Sig(Blk|Ign|Cgt)", "/proc/self/status"]
        alone = plain(sys.executable, "-c", script, *status)
        from traced import SOCKTRACE
        traced = plain(sys.executable, "-c", script, SOCKTRACE, "-o", "/dev/null", *status)
        self.assertEqual(traced.stdout, alone.stdout)

    def test_descriptors_are_those_without(self):
        self.same("sh", "-c", "ls -l /proc/self/fd | wc -l")

    def test_variables_of_the_program(self):
        done = run("-o", "/dev/null", "-E", "FNORD=1", "-E", "HOME", "sh", "-c",
                   'echo "$FNORD ${HOME-none}"')
        self.assertEqual(done.stdout, "1 none\n")

    def test_another_user(self):
        if os.geteuid() != 0:
            self.skipTest("only root may become another user")
        done = run("-o", "/dev/null", "-u", "nobody", "id", "-un")
        self.assertEqual(done.stdout, "nobody\n")

    def test_no_new_privs_only_where_needed(self):
        done = run("-o", "/dev/null", "grep", "NoNewPrivs", "/proc/self/status")
        self.assertEqual(done.stdout.split()[1], "0" if os.geteuid() == 0 else "1")

    def test_not_following_leaves_children_alone(self):
        done, record = trace("--no-follow", "sh", "-c", f"{PYTHON} -c 'import socket; "
                             "socket.socket().close(); print(1)'; true")
        self.assertEqual(done.stdout, "1\n", done.stderr)
        self.assertEqual(record.names(), [])

    def test_nothing_is_left_behind(self):
        script = "sleep 60 & echo $!"
        process = subprocess.Popen([*self.command(), "sh", "-c", script],
                                   stdout=subprocess.PIPE, text=True)
        child = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        process.wait(20)
        process.stdout.close()
        for _ in range(100):
            try:
                with open(f"/proc/{child}/stat", encoding="ascii") as stat:
                    if stat.read().split()[2] == "Z":
                        return
            except OSError:
                return
            plain("sleep", "0.02")
        self.fail(f"{child} lives on without its tracer")

    def command(self):
        from traced import SOCKTRACE
        return [SOCKTRACE, "-o", "/dev/null"]

    def test_sigterm_is_passed_on(self):
        script = "trap 'echo caught; exit 7' TERM; echo ready; while :; do sleep 0.1; done"
        process = subprocess.Popen([*self.command(), "sh", "-c", script],
                                   stdout=subprocess.PIPE, text=True)
        self.assertEqual(process.stdout.readline(), "ready\n")
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=20)
        self.assertEqual(out, "caught\n")
        self.assertEqual(process.returncode, 7)

    def test_sigkill_follows_where_sigterm_is_ignored(self):
        script = "trap '' TERM; echo ready; while :; do sleep 0.1; done"
        process = subprocess.Popen([*self.command(), "sh", "-c", script],
                                   stdout=subprocess.PIPE, text=True)
        self.assertEqual(process.stdout.readline(), "ready\n")
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
        self.assertEqual(process.returncode, -signal.SIGKILL)

    def test_as_an_ordinary_user(self):
        if os.geteuid() != 0:
            self.skipTest("is one already")
        if not shutil.which("setpriv"):
            self.skipTest("setpriv is not installed")
        from traced import SOCKTRACE
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o777)
            binary = shutil.copy(SOCKTRACE, folder)
            server = shutil.copy(program("closes"), folder)
            record = os.path.join(folder, "t.jsonl")
            for isolate in ([], ["--isolate"]):
                done = plain("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                             binary, "-o", record, *isolate, server)
                self.assertEqual(done.stderr, "")
                self.assertEqual(done.stdout, plain(server).stdout)
                with open(record, encoding="utf-8") as file:
                    self.assertIn('"call":"connect"', file.read())
                os.unlink(record)

    def test_a_program_that_may_not_be_read_is_traced_with_one_notice(self):
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("only root can make a program that nobody may read")
        from traced import SOCKTRACE
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            binary = shutil.copy(SOCKTRACE, folder)
            hidden = shutil.copy(os.path.realpath(PYTHON), os.path.join(folder, "hidden"))
            os.chmod(hidden, 0o711)
            script = ("import socket; s = socket.create_server(('127.0.0.1', 0)); "
                      "print(s.getsockname()[0]); t = socket.socket(); t.close()")
            done = plain("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                         binary, hidden, "-c", script)
        self.assertEqual((done.returncode, done.stdout), (0, "127.0.0.1\n"), done.stderr)
        self.assertEqual(done.stderr.count("may not be looked into"), 1, done.stderr)
        self.assertRegex(done.stderr, r"bind\(3, 0x[0-9a-f]+")
        self.assertNotIn("state ", done.stderr)

    def test_a_program_that_traces_is_refused_as_by_any_tracer_and_told_so_once(self):
        script = ("import ctypes; c = ctypes.CDLL(None, use_errno=True);"
                  "print([(c.ptrace(0, 0, 0, 0), ctypes.get_errno()) for i in range(2)])")
        done = run("-q", "-o", "/dev/null", PYTHON, "-c", script)
        self.assertEqual(done.stdout, "[(-1, 1), (-1, 1)]\n")
        self.assertEqual(done.stderr.count("uses ptrace"), 1, done.stderr)

    def test_a_set_user_id_program_runs_without_the_privilege_and_it_is_told(self):
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("only root can make a set-user-ID program")
        from traced import SOCKTRACE
        with tempfile.TemporaryDirectory() as folder:
            if os.statvfs(folder).f_flag & os.ST_NOSUID:
                self.skipTest("set-user-ID means nothing on this file system")
            os.chmod(folder, 0o755)
            binary = shutil.copy(SOCKTRACE, folder)
            raised = shutil.copy("/usr/bin/id", os.path.join(folder, "raised"))
            os.chmod(raised, 0o4755)
            as_user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            self.assertEqual(plain(*as_user, raised, "-u").stdout, "0\n")
            done = plain(*as_user, binary, "-o", "/dev/null", "sh", "-c", f"{raised} -u; true")
            self.assertEqual(done.stdout, "65534\n")
            self.assertEqual(done.stderr.count("is set-user-ID"), 1, done.stderr)
            self.assertEqual(plain(SOCKTRACE, "-o", "/dev/null", raised).stderr, "")

    def test_a_ring_brings_one_notice(self):
        ring = program("ring")
        if plain(ring).stdout != "io_uring: yes\n":
            self.skipTest("this kernel has no io_uring, or forbids it")
        done = run("-o", "/dev/null", "sh", "-c", f"{ring}; {ring}")
        self.assertEqual((done.returncode, done.stdout), (0, "io_uring: yes\n" * 2))
        self.assertEqual(done.stderr.count("uses io_uring"), 1, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 2)


if __name__ == "__main__":
    unittest.main()
