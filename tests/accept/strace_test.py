"""The strace format: line by line what strace writes of the same programs."""

import os
import re
import subprocess
import tempfile
import unittest

from traced import BUILD, DEMOS, free_port, needs, program, run

# What socktrace shows, and what both are asked for.
CALLS = ("socket socketpair bind listen accept accept4 connect shutdown getsockname getpeername "
         "getsockopt setsockopt fcntl ioctl sendto sendmsg sendmmsg recvfrom recvmsg recvmmsg "
         "read readv write writev sendfile splice close close_range dup dup2 dup3 poll ppoll "
         "select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait "
         "epoll_pwait2").split()
# Those that strace shows for files too.
OF_FILES = set("fcntl ioctl read readv write writev sendfile splice close close_range "
               "dup dup2 dup3".split())
TIME = 60

# --- a line's syntax --------------------------------------------------------------------------

TOKEN = re.compile(r"""
    "(?:[ !#-\[\]-~]|\\(?:[0-7]{1,3}|[tnvfr"\\]))*"(?:\.\.\.)?      # a string
  | /\*\s.*?\s\*/ | => | \.\.\. | -?\w+ | [][(){}=,|&~@]
""", re.X)
NAME = r"[A-Za-z0-9_]+"
RESULT = re.compile(r" *= (?:\?(?: \w+ \([^()]*\))?|-1 (?:\w+ \([^()]*\)|\(errno \d+\))|"
                    r"-?(?:0x)?[0-9a-f]+)(?P<remark> \(.*\))?(?P<took> <\d+\.\d{6}>)?$")
BRACKETS = {")": "(", "]": "[", "}": "{"}


class Syntax(Exception):
    pass


def tokens(text):
    at = 0
    while at < len(text):
        if text[at] == " ":
            at += 1
            continue
        token = TOKEN.match(text, at)
        if not token:
            raise Syntax(text[at:])
        yield token.group(), at
        at = token.end()


def arguments(text, closed):
    """Where the arguments end: behind the bracket that closes them, or the whole text."""
    opened = []
    for token, at in tokens(text):
        if token in "([{":
            opened.append(token)
        elif token in BRACKETS:
            if not opened and token == ")" and closed:
                return at + 1
            if not opened or opened.pop() != BRACKETS[token]:
                raise Syntax(text[at:])
    if opened or closed:
        raise Syntax(text)
    return len(text)


def parse(line):
    """Raises Syntax where this is no line of strace -f -ttt -k."""
    if re.fullmatch(r" > .*\(.*\) \[0x[0-9a-f]+\]", line):
        return
    line = re.fullmatch(r"\d+ +(?:-?\d+\.-?\d{6} )?(.*)", line, re.S)
    if not line:
        raise Syntax("no pid")
    text = line.group(1)
    for whole in (rf"--- {NAME} \{{si_signo=.*\}} ---", rf"\+\+\+ killed by {NAME}( \(core dumped\))? \+\+\+",
                  r"\+\+\+ exited with -?\d+ \+\+\+", rf"<\.\.\. {NAME} resumed> <unfinished \.\.\.>\) += \?",
                  rf"<\.\.\. {NAME} resumed> <detached \.\.\.>"):
        if re.fullmatch(whole, text):
            return
    start = re.match(rf"<\.\.\. {NAME} resumed>|{NAME}\(", text)
    if not start:
        raise Syntax(text)
    text = text[start.end():]
    if text.endswith(" <unfinished ...>"):
        arguments(text[:-len(" <unfinished ...>")], False)
        return
    if text.endswith(" <unfinished ...>) = ?") or re.search(r"<unfinished \.\.\.>\) += \?$", text):
        return
    end = arguments(text, True)
    result = RESULT.match(text[end:])
    if not result:
        raise Syntax(text[end:])
    if result["remark"]:
        arguments(result["remark"], False)


# --- what is compared -------------------------------------------------------------------------

def joined(lines):
    """The calls of each thread in their order; what was interrupted in one piece again."""
    threads, started = {}, {}
    for line in lines:
        pid, text = re.match(r"(\d+) +(.*)", line).groups()
        calls = threads.setdefault(pid, [])
        if resumed := re.match(r"<\.\.\. \w+ resumed>(.*)", text):
            text = started.pop(pid) + resumed.group(1)
        if text.endswith(" <unfinished ...>"):
            started[pid] = text[:-len(" <unfinished ...>")]
        else:
            calls.append(text)
    return threads


def normal(lines):
    """Without what differs from run to run: pids, addresses, ports the kernel picked, times."""
    threads = joined(lines)
    for calls in threads.values():
        for i, text in enumerate(calls):
            for number, pid in enumerate(threads):
                text = re.sub(rf"(?<![1-9])0*{pid}\b", f"PID{number}", text)
            text = re.sub(r"\b0x[5-7f][0-9a-f]{8,}", "ADDRESS", text)
            text = re.sub(r"htons\([1-9]\d{3,4}\)", "htons(PORT)", text)
            text = re.sub(r"left \{.*?\}", "left {}", text)
            text = re.sub(r"/tmp/\w+\.\w+", "/tmp/NAME", text)
            text = re.sub(r'@"[0-9a-f]{5}"', '@"PICKED"', text)
            text = re.sub(r"si_[us]time=\d+", "si_time", text)
            calls[i] = re.sub(r" += ", " = ", text)
    return list(threads.values())


def name_of(text):
    return re.match(r"\w*", text).group()


class Compared(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        needs("strace")
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="socktrace-"))
        os.chmod(self.folder, 0o777)
        self.path = os.path.join(self.folder, "it.strace")

    def lines(self):
        with open(self.path, encoding="ascii") as file:
            return file.read().splitlines()

    def stracing(self, *options):
        return ["strace", "-f", "-s", "64", "-o", self.path, *options]

    def strace(self, *command):
        calls = "trace=" + ",".join("?" + call for call in CALLS)
        done = subprocess.run([*self.stracing("-e", calls), *command], check=False, timeout=TIME,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, text=True)
        if "ptrace" in done.stderr:
            self.skipTest(f"strace cannot trace here: {done.stderr.splitlines()[0]}")
        return normal(self.lines())

    def socktrace(self, *command):
        run("-e", "all", "-o", self.path, "-o", self.path + ".jsonl", *command)
        self.replayed()
        return normal(self.lines())

    def replayed(self):
        again = os.path.join(self.folder, "again.strace")
        run("--replay", self.path + ".jsonl", "-o", again)
        with open(again, encoding="ascii") as file:
            self.assertEqual(file.read().splitlines(), self.lines())

    def expect_same(self, ours, theirs, but=()):
        """Each line of ours is in theirs, in that order; and what ours lacks is about files."""
        self.assertEqual(len(ours), len(theirs))
        for mine, other in zip(ours, theirs):
            self.assertTrue(mine)
            at = 0
            for line in mine:
                skipped = []
                while at < len(other) and other[at] != line:
                    skipped.append(other[at])
                    at += 1
                if at == len(other) and line in but:
                    at -= len(skipped)
                    continue
                self.assertLess(at, len(other), f"strace has no such line: {line}; but {skipped}")
                self.expect_files(skipped, but)
                at += 1
            self.expect_files(other[at:], but)

    def expect_files(self, lines, but):
        for line in lines:
            if line not in but:
                self.assertIn(name_of(line), OF_FILES, f"socktrace has no such line: {line}")

    def compare(self, name, *arguments, but=()):
        command = [program(name), *arguments]
        theirs = self.strace(*command)
        self.expect_same(self.socktrace(*command), theirs, but)


class Programs(Compared):
    def test_every_call_is_spelled_as_strace_spells_it(self):
        self.compare("every_call")

    def test_what_is_hard_to_spell_is_spelled_so_too(self):
        """Failures, changed lengths, numbers without names, control messages, timeouts."""
        self.compare("spellings")

    def test_addresses_of_af_unix(self):
        self.compare("unixes")

    def test_datagrams(self):
        self.compare("udp")

    def test_descriptors_in_messages_and_several_processes(self):
        self.compare("rights")

    def test_signals_and_deaths(self):
        self.compare("killed", "SIGTERM")
        self.compare("killed", "SIGKILL")

    def test_children(self):
        self.compare("fork_sockets")


class Demos(Compared):
    """Each end by itself, the other beside it untraced."""

    def pair(self, folder, traced, command):
        port = str(free_port())
        server = [os.path.join(DEMOS, folder, "server"), port]
        client = [os.path.join(DEMOS, folder, "client"), "127.0.0.1", port]
        (server if traced == "server" else client)[:0] = command
        with subprocess.Popen(server, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as one:
            self.wait_for(int(port), one)
            subprocess.run(client, input="hello\nexit\n", stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL, text=True, check=False, timeout=TIME)
            one.wait(TIME)

    @staticmethod
    def wait_for(port, server):
        """Until somebody listens there."""
        listening = re.compile(rf":{port:04X} 00000000:0000 0A")
        while server.poll() is None:
            with open("/proc/net/tcp", encoding="ascii") as file:
                if listening.search(file.read()):
                    return

    def test_servers_and_clients(self):
        calls = "trace=" + ",".join("?" + call for call in CALLS)
        for demo in ("echo", "half-close", "eof-loop"):
            for traced in ("server", "client"):
                with self.subTest(demo=demo, traced=traced):
                    self.pair(demo, traced, self.stracing("-e", calls))
                    theirs = normal(self.lines())
                    self.pair(demo, traced, [os.environ.get("SOCKTRACE", "./socktrace"), "-e",
                                             "all", "-o", self.path])
                    self.expect_same(normal(self.lines()), theirs)


class Lines(Compared):
    def test_a_waiting_call_is_unfinished_and_resumed(self):
        # The demo goes on when the server sleeps in accept() and in recv().
        done = run("--demo", "one-client", "-o", self.path)
        if done.returncode == 125 and "namespace" in done.stderr:
            self.skipTest(done.stderr.strip())
        text = "\n".join(self.lines())
        self.assertRegex(text, r"(?m)^\d+ +accept\(3, NULL, NULL <unfinished \.\.\.>$")
        self.assertRegex(text, r"(?m)^\d+ +<\.\.\. accept resumed>\) += 4$")
        self.assertRegex(text, r"(?m)^\d+ +recvfrom\(4,  <unfinished \.\.\.>$")
        self.assertRegex(text, r'(?m)^\d+ +<\.\.\. recvfrom resumed>".*", 1024, 0, NULL, NULL\) = \d+$')

    def test_times_are_written_as_strace_writes_them(self):
        self.socktrace(program("killed"))
        recording = self.path + ".jsonl"
        for option, form in (("-t", r"\d\d:\d\d:\d\d"), ("-tt", r"\d\d:\d\d:\d\d\.\d{6}"),
                             ("-ttt", r"\d{10}\.\d{6}"), ("-r", r" +\d+\.\d{6}")):
            run("--replay", recording, option, "-T", "-o", self.path)
            self.assertRegex(self.lines()[0], rf"^\d+ +{form} socketpair\(.*\) = 0 <\d\.\d{{6}}>$")

    def test_results_stand_in_column_40(self):
        self.socktrace(program("killed"))
        sends = [line for line in self.lines() if "shutdown(" in line or "close(" in line]
        for line in sends:
            self.assertEqual(line.index("="), 40)


class Fuzz(unittest.TestCase):
    def test_the_parser_knows_what_is_wrong(self):
        for line in ("1 f(\"\x1b\") = 0", "1 f(1 = 0", "1 f(]) = 0", "f() = 0", "1 f() = 0\n1 g()",
                     "1 f(\"a\"b\") = 0", "1 +++ killed by\x1b +++"):
            with self.assertRaises(Syntax, msg=line):
                parse(line)

    def test_whatever_a_record_holds_lines_stay_lines(self):
        writer = os.path.join(BUILD, "tests", "programs", "random_records")
        for seed in range(8):
            done = subprocess.run([writer, "strace", str(seed), "3000"], check=True, timeout=TIME,
                                  capture_output=True)
            text = done.stdout.decode("ascii")
            self.assertTrue(text.endswith("\n"))
            lines = text[:-1].split("\n")
            self.assertGreater(len(lines), 500)
            for line in lines:
                self.assertTrue(line.isprintable(), line)
                try:
                    parse(line)
                except Syntax as error:
                    self.fail(f"{error}\nin {line}")


if __name__ == "__main__":
    unittest.main()
