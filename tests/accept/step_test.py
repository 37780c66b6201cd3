"""--step: held before each call that is shown, until a key is pressed."""

import os
import pty
import re
import select
import shlex
import signal
import subprocess
import tempfile
import termios
import unittest

from traced import DEMOS, PYTHON, SOCKTRACE, Record, run

PROMPT = "q: quit   "
LIMIT = 20  # seconds


class Terminal:
    """socktrace on a terminal of its own, as its foreground process."""

    def __init__(self, *arguments, term="xterm"):
        self.seen = ""
        self.child, self.master = pty.fork()
        if self.child == 0:
            os.environ.update(TERM=term, NO_COLOR="1")
            os.execv(SOCKTRACE, [SOCKTRACE, *arguments])
        self.ended = None

    def read(self):
        ready, _, _ = select.select([self.master], [], [], LIMIT)
        if not ready:
            raise AssertionError(f"nothing came after {self.seen!r}")
        try:
            data = os.read(self.master, 65536)
        except OSError:  # EIO: nobody has the other end any more
            data = b""
        self.seen += data.decode()
        return data

    def until(self, text=PROMPT):
        """What comes up to this text."""
        start = len(self.seen)
        while text not in self.seen[start:]:
            if not self.read():
                raise AssertionError(f"{text!r} never came: {self.seen!r}")
        return self.seen[start:]

    def press(self, keys):
        os.write(self.master, keys.encode())

    def asked(self):
        """The call before which it is held."""
        return self.until().rsplit("\n", 2)[-2].rstrip("\r")

    def rest(self):
        """Up to the end; the status as a shell tells it."""
        while self.read():
            pass
        if self.ended is None:
            _, status = os.waitpid(self.child, 0)
            os.close(self.master)
            self.ended = os.waitstatus_to_exitcode(status)
        return self.ended

    def flags(self):
        """Whether the terminal echoes, and reads by lines."""
        local = termios.tcgetattr(self.master)[3]
        return bool(local & termios.ECHO), bool(local & termios.ICANON)

    def kill(self):
        if self.ended is None:
            os.kill(self.child, signal.SIGKILL)
            os.waitpid(self.child, 0)
            os.close(self.master)


class Step(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="socktrace-")
        self.addCleanup(folder.cleanup)
        self.record = os.path.join(folder.name, "record.jsonl")
        self.text = os.path.join(folder.name, "t.txt")

    def step(self, *arguments, **options):
        terminal = Terminal("-o", self.record, "-o", self.text, "--step", *arguments, **options)
        self.addCleanup(terminal.kill)
        return terminal

    def isolated(self):
        done = run("--isolate", "true")
        if "isolated network: " in done.stderr:
            self.skipTest(done.stderr)

    def refused(self, **options):
        return self.step(os.path.join(DEMOS, "refused", "client"), "127.0.0.1", "1", **options)

    def calls(self):
        return [line["call"] for line in Record(self.record).of("call")]

    def test_each_call_waits_for_a_key(self):
        terminal = self.refused()
        self.assertRegex(terminal.asked().split("client  ")[1],
                         r"^socket\(AF_INET, SOCK_STREAM, 0 \.\.\.  ")
        self.assertEqual(self.calls(), [])
        terminal.press("\r")
        self.assertIn("connect(3, 127.0.0.1:1 ...", terminal.asked())
        self.assertEqual(self.calls(), ["socket"])
        terminal.press("\r")
        self.assertIn("close(3 ...", terminal.asked())
        terminal.press("\r")
        self.assertEqual(terminal.rest(), 1)
        self.assertEqual(self.calls(), ["socket", "connect", "close"])

    def test_a_number_lets_so_many_calls_go(self):
        self.isolated()
        terminal = self.step("--demo", "echo")
        terminal.until()
        terminal.press("7x\x7f4\r")
        self.assertRegex(terminal.asked(), r" 5 client +socket\(")
        self.assertEqual(self.calls(), ["socket", "bind", "listen"])
        terminal.press("c")
        self.assertEqual(terminal.rest(), 0)

    def test_c_goes_on_to_the_end(self):
        self.isolated()
        terminal = self.step("--demo", "echo")
        terminal.until()
        terminal.press("c")
        self.assertEqual(terminal.rest(), 0)
        self.assertEqual(terminal.seen.count(PROMPT), 1)

    def test_nobody_runs_on_while_one_call_is_held(self):
        """Two programs that both have calls to make: only the one that is let go gets on."""
        self.isolated()
        terminal = self.step("--demo", "echo")
        made = []
        while not made or "close" not in made:
            terminal.until()
            calls = self.calls()
            self.assertLessEqual(len(calls), len(made) + 2, "a call returned that was not let go")
            made = calls
            terminal.press("\r")
        terminal.until()
        terminal.press("c")
        self.assertEqual(terminal.rest(), 0)

    def test_the_transcript_is_as_without_it(self):
        done = run("-o", self.text, os.path.join(DEMOS, "refused", "client"), "127.0.0.1", "1")
        self.assertEqual(done.returncode, 1)
        with open(self.text, encoding="utf-8") as file:
            alone = file.read()
        terminal = self.refused()
        for _ in range(3):
            terminal.until()
            terminal.press("\r")
        terminal.rest()
        with open(self.text, encoding="utf-8") as file:
            stepped = file.read()
        self.assertEqual(re.sub(r"pid \d+", "", stepped), re.sub(r"pid \d+", "", alone))

    def test_the_question_goes_away_when_it_is_answered(self):
        terminal = self.refused()
        terminal.until()
        terminal.press("\r")
        self.assertTrue(terminal.until().startswith("\r\x1b[2K\x1b[A\r\x1b[2K"), terminal.seen)
        terminal.press("c")
        terminal.rest()

    def test_a_terminal_without_escape_sequences_gets_none(self):
        terminal = self.refused(term="dumb")
        terminal.until()
        terminal.press("c")
        self.assertEqual(terminal.rest(), 1)
        self.assertNotIn("\x1b", terminal.seen)

    def test_l_lists_the_lanes_and_the_sockets(self):
        self.isolated()
        terminal = self.step("--demo", "echo")
        terminal.until()
        terminal.press("4\r")
        terminal.until()
        terminal.press("l")
        listed = terminal.until()
        self.assertRegex(listed, r"server +waits in accept\r\nclient ")
        self.assertRegex(listed, r"client +is held before socket\r\n")
        self.assertRegex(listed, r"LISTEN")
        terminal.press("c")
        self.assertEqual(terminal.rest(), 0)
        self.assertEqual(Record(self.record).of("sockets"), [])

    def test_q_ends_the_programs(self):
        terminal = self.refused()
        terminal.until()
        terminal.press("q")
        self.assertEqual(terminal.rest(), -signal.SIGTERM)
        self.assertLessEqual(len(self.calls()), 1)  # none but the one that was held

    def test_q_lets_an_attached_program_go_on(self):
        script = ("import socket, sys\n"
                  "for line in sys.stdin:\n"
                  "    socket.socket().close()\n"
                  "    print(line, end='', flush=True)\n")
        program = subprocess.Popen([PYTHON, "-c", script], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(program.stdout.close)
        self.addCleanup(program.wait)
        self.addCleanup(program.kill)
        program.stdin.write("first\n")
        program.stdin.flush()
        self.assertEqual(program.stdout.readline(), "first\n")
        terminal = self.step("-p", str(program.pid))
        while not (os.path.exists(self.record) and Record(self.record).of("process")):
            select.select([], [], [], 0.01)
        program.stdin.write("second\n")
        program.stdin.flush()
        self.assertIn("socket(", terminal.asked())
        terminal.press("q")
        self.assertEqual(terminal.rest(), 0)
        self.assertEqual(program.stdout.readline(), "second\n")
        program.stdin.close()
        self.assertEqual(program.wait(LIMIT), 0)

    def test_q_fails_a_scenario(self):
        self.isolated()
        terminal = self.step("--demo", "echo")
        terminal.until()
        terminal.press("q")
        self.assertEqual(terminal.rest(), 1)

    def test_the_terminal_is_the_programs_between_two_questions(self):
        script = ("import socket, sys, termios\n"
                  "socket.socket().close()\n"
                  "print('flags', termios.tcgetattr(1)[3] & termios.ECHO != 0, flush=True)\n")
        terminal = self.step(PYTHON, "-c", script)
        terminal.until()
        self.assertEqual(terminal.flags(), (False, False))
        terminal.press("2\r")
        self.assertEqual(terminal.rest(), 0)
        self.assertIn("flags True", terminal.seen)

    def test_ctrl_c_reaches_the_program_and_the_terminal_is_restored(self):
        inner = f"{shlex.quote(SOCKTRACE)} -o {self.text} --step {DEMOS}/refused/client 127.0.0.1 1"
        child, master = pty.fork()
        if child == 0:
            os.execvp("sh", ["sh", "-c", f"trap : INT; {inner}; echo status=$?; read line"])
        terminal = Terminal.__new__(Terminal)
        terminal.child, terminal.master, terminal.seen, terminal.ended = child, master, "", None
        self.addCleanup(terminal.kill)
        before = terminal.flags()
        terminal.until()
        terminal.press("\x03")
        self.assertIn("status=130", terminal.until("status=130"))
        self.assertEqual(terminal.flags(), before)
        self.assertEqual(before, (True, True))

    def test_a_program_that_is_killed_while_it_is_held_is_not_asked_for(self):
        terminal = self.refused()
        terminal.until()
        start = [line for line in Record(self.record).of("process") if line["what"] == "start"]
        os.kill(start[0]["pid"], signal.SIGKILL)
        self.assertEqual(terminal.rest(), -signal.SIGKILL)

    def test_sigterm_ends_the_question(self):
        terminal = self.refused()
        terminal.until()
        os.kill(terminal.child, signal.SIGTERM)
        self.assertEqual(terminal.rest(), -signal.SIGTERM)

    def test_a_terminal_that_goes_away_holds_nobody(self):
        terminal = self.refused()
        terminal.until()
        os.close(terminal.master)
        _, status = os.waitpid(terminal.child, 0)
        terminal.ended = os.waitstatus_to_exitcode(status)
        self.assertIn(terminal.ended, (1, -signal.SIGHUP))

    def test_no_terminal_is_an_error(self):
        done = subprocess.run([SOCKTRACE, "--step", "true"], capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, start_new_session=True, timeout=LIMIT,
                              check=False)
        self.assertEqual(done.returncode, 125)
        self.assertTrue(done.stderr.startswith("socktrace: --step: no terminal: "), done.stderr)

    def test_a_program_that_reads_the_terminal_is_an_error(self):
        for command in (["cat"], ["sh", "-c", "cat </dev/tty"]):
            with self.subTest(command):
                terminal = self.step(*command)
                self.assertEqual(terminal.rest(), 125)
                self.assertIn("socktrace: --step: ", terminal.seen)
                self.assertIn("reads the terminal too", terminal.seen)

    def test_a_program_may_have_the_terminal_and_not_read_it(self):
        terminal = self.step("cat", "/dev/null")
        self.assertEqual(terminal.rest(), 0)

    def test_a_recording_cannot_be_stepped(self):
        done = run("--replay", "x.jsonl", "--step")
        self.assertEqual(done.returncode, 125)
        self.assertIn("--replay: ", done.stderr)


if __name__ == "__main__":
    unittest.main()
