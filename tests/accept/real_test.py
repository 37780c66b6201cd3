"""Programs that were not written for socktrace, and uses that nobody was thinking of."""

import glob
import json
import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from traced import PYTHON, SOCKTRACE, Record, arg, free_port, needs, run, trace

try:
    from jsonschema import Draft202012Validator
except ImportError:
    Draft202012Validator = None

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
# What must never reach a terminal: controls, and what changes the direction of text.
RAW = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")
BOTH_ENDS = """
import socket
server = socket.create_server(('127.0.0.1', 0))
def pair():
    client = socket.create_connection(server.getsockname())
    return client, server.accept()[0]
"""


def plain(command, **options):
    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run(command, capture_output=True, check=False, timeout=30, **options)


class Real(unittest.TestCase):
    """One folder for each test, and what every recording has to be."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="socktrace-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.chmod(self.folder, 0o777)
        self.record = os.path.join(self.folder, "t.jsonl")
        self.text = os.path.join(self.folder, "t.txt")

    def traced(self, command, *options, **how):
        """socktrace with both formats; the process, its record and its text."""
        how.setdefault("text", False)
        done = run("-o", self.record, "-o", self.text, *options, *command, **how)
        return done, self.valid(), self.read(self.text)

    def read(self, path):
        with open(path, encoding="utf-8") as file:
            return file.read()

    def valid(self):
        record = Record(self.record)
        self.assertEqual(record.lines[-1]["type"], "end")
        self.assertEqual(record.lines[-1]["lost"], 0)
        self.assertIsNone(RAW.search(self.read(self.text)))
        replayed = os.path.join(self.folder, "again.txt")
        self.assertEqual(run("--replay", self.record, "-o", replayed).returncode, 0)
        if Draft202012Validator:
            with open(os.path.join(ROOT, "docs", "record.schema.json"), encoding="utf-8") as file:
                validator = Draft202012Validator(json.load(file))
            for number, line in enumerate(record.lines[:3000], 1):
                for error in validator.iter_errors(line):
                    self.fail(f"line {number}: {error.message[:300]}")
        return record

    def same(self, command, *options, prefix=(), notice="", **how):
        """Undisturbed: standard output, standard error and status as without socktrace, but
        for a notice of socktrace's own that is expected."""
        alone = plain([*prefix, *command], **how)
        traced = plain([*prefix, SOCKTRACE, "-o", self.record, "-o", self.text, *options,
                        *command], **how)
        self.assertEqual(traced.stdout, alone.stdout)
        errors = traced.stderr.decode()
        if notice:
            self.assertEqual(errors.count(notice), 1, errors)
            errors = "".join(errors.splitlines(keepends=True)[2:])
        self.assertEqual(errors, alone.stderr.decode())
        self.assertEqual(traced.returncode, alone.returncode)
        return self.valid()

    def python(self, script, *options, **how):
        return self.same([PYTHON, "-c", script], *options, **how)

    def served(self, server, *clients, options=()):
        """A server that never ends, and its clients: their record and text."""
        done, record, text = self.traced(server, *options, *(f"--client={c}" for c in clients))
        self.assertEqual(done.returncode, 0, done.stderr)
        return done, record, text


class Servers(Real):
    def test_redis(self):
        needs("redis-server", "redis-cli")
        port = free_port()
        done, record, _ = self.served(
            ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "",
             "--dir", self.folder],
            f"redis-cli -p {port} set a b", f"redis-cli -p {port} get a")
        self.assertIn(b"OK\nb\n", done.stdout)
        self.assertEqual(len(record.of("connection")), 2)

    def test_nginx_with_workers(self):
        needs("nginx", "curl")
        port = free_port()
        path = os.path.join(self.folder, "nginx.conf")
        with open(path, "w", encoding="ascii") as file:
            file.write(f"daemon off; worker_processes 2; pid {self.folder}/pid;"
                       f"error_log {self.folder}/error; events {{}} http {{ access_log off;"
                       f"server {{ listen 127.0.0.1:{port}; location / {{ return 200 hello; }} }} }}")
        done, record, _ = self.served(["nginx", "-c", path, "-p", self.folder],
                                      f"curl -sS http://127.0.0.1:{port}/")
        self.assertEqual(done.stdout, b"hello")
        # The workers inherit the listening socket of the master.
        accepts = [call for call in record.calls(name="accept4") if call["ret"] >= 0]
        self.assertEqual(len(accepts), 1)
        self.assertTrue(accepts[0]["lane"].startswith("nginx-"))

    def test_socat_forks_for_each_connection(self):
        needs("socat")
        port = free_port()
        done, _, _ = self.served(
            ["socat", f"TCP-LISTEN:{port},fork,reuseaddr,bind=127.0.0.1", "EXEC:tr a-z A-Z"],
            f"sh -c 'echo hi | socat -t1 - TCP:127.0.0.1:{port}'")
        self.assertEqual(done.stdout, b"HI\n")

    def test_nc(self):
        needs("nc")
        port = free_port()
        done, record, _ = self.traced(["nc", "-l", "127.0.0.1", str(port)],
                                      f"--client=nc -N 127.0.0.1 {port}", stdin=None,
                                      input=b"from the terminal\n")
        self.assertEqual((done.returncode, done.stdout), (0, b"from the terminal\n"))
        self.assertEqual(len(record.of("connection")), 1)

    def test_socket_activation(self):
        needs("systemd-socket-activate", "nc")
        port = free_port()
        done, _, _ = self.served(
            ["systemd-socket-activate", "-l", f"127.0.0.1:{port}", "-a", "--inetd", "cat"],
            f"sh -c 'echo hi | nc -N 127.0.0.1 {port}'")
        self.assertEqual(done.stdout, b"hi\n")

    def test_openssl(self):
        needs("openssl", "curl")
        key, certificate = (os.path.join(self.folder, name) for name in ("key", "certificate"))
        made = plain(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key,
                      "-out", certificate, "-subj", "/CN=localhost", "-days", "2"])
        self.assertEqual(made.returncode, 0)
        port = free_port()
        _, record, _ = self.served(
            ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-key", key, "-cert",
             certificate, "-www", "-quiet"], f"curl -sk https://127.0.0.1:{port}/ -o /dev/null")
        self.assertEqual(len(record.of("connection")), 1)


class Programs(Real):
    def test_node(self):
        needs("node")
        self.same(["node", "-e", """
            const net = require('net');
            const server = net.createServer(c => c.on('data', d => c.end(d)));
            server.listen(0, '127.0.0.1', () => {
                const c = net.connect(server.address().port, '127.0.0.1', () => c.write('hey'));
                c.on('data', d => console.log('' + d));
                c.on('end', () => server.close());
            })"""])

    def test_perl(self):
        needs("perl")
        self.same(["perl", "-MIO::Socket::INET", "-e", """
            $s = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or die;
            $c = IO::Socket::INET->new(PeerAddr => $s->sockhost, PeerPort => $s->sockport);
            $k = $s->accept; print $c "hi\n"; $c->flush; print scalar <$k>;"""])

    def test_bash(self):
        needs("bash")
        self.same(["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/1; echo $?"])

    def test_su(self):
        if os.geteuid() != 0 or not shutil.which("su"):
            self.skipTest("needs root and su")
        self.same(["su", "nobody", "-s", "/bin/sh", "-c", "id -un"])

    def test_three_hundred_children(self):
        record = self.same(["sh", "-c", "i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done"])
        forks = [line for line in record.of("process") if line["what"] == "fork"]
        self.assertEqual(len(forks), 300)

    def test_two_hundred_threads(self):
        record = self.python("""
import socket, threading
def work():
    a, b = socket.socketpair()
    a.send(b'x'), b.recv(1), a.close(), b.close()
threads = [threading.Thread(target=work) for _ in range(200)]
[t.start() for t in threads], [t.join() for t in threads]
""")
        self.assertEqual(len(record.calls(name="socketpair")), 200)

    def test_a_thread_that_execs(self):
        self.python("""
import threading, os, time
threading.Thread(target=lambda: os.execv('/bin/echo', ['echo', 'exec'])).start()
time.sleep(5)""")

    def test_the_leader_ends_first(self):
        record = self.python("""
import threading, ctypes, time, socket, os
def work():
    time.sleep(0.1)
    a, b = socket.socketpair()
    a.send(b'x'), os.write(1, b.recv(1)), os._exit(7)
threading.Thread(target=work).start()
ctypes.CDLL(None).syscall(60, 0)""")
        # A leader that has ended has no memory; its threads have it still.
        for name in ("send", "recv"):
            self.assertEqual(arg(record.call(name), "buf")["text"], "x")

    def test_stopped_and_continued(self):
        self.same(["sh", "-c", "(sleep 0.2; kill -CONT $$) & kill -STOP $$; echo went on; wait"])

    def test_a_seccomp_filter_of_its_own(self):
        """Its answer (EACCES) counts more than our wish to see the call."""
        self.python(r"""
import ctypes, socket, struct
class Program(ctypes.Structure):
    _fields_ = [('length', ctypes.c_ushort), ('filter', ctypes.c_void_p)]
lines = [(0x20, 0, 0, 0), (0x15, 0, 1, 41), (6, 0, 0, 0x5000d), (6, 0, 0, 0x7fff0000)]
code = ctypes.create_string_buffer(b''.join(struct.pack('HBBI', *line) for line in lines))
program = Program(4, ctypes.addressof(code))
libc = ctypes.CDLL(None)
libc.prctl(38, 1, 0, 0, 0), libc.prctl(22, 2, ctypes.byref(program), 0, 0)
try:
    socket.socket()
except OSError as error:
    print(error)
a, b = socket.socketpair()
print(a.send(b'x'), b.recv(1))""")

    def test_a_program_that_nobody_may_look_into(self):
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("needs root and setpriv")
        prefix = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        if plain([*prefix, SOCKTRACE, "-V"]).returncode != 0:
            self.skipTest("socktrace stands where nobody may not go")
        self.python("import ctypes\nctypes.CDLL(None).prctl(4, 0)\n" + BOTH_ENDS +
                    "c, k = pair()\nc.send(b'hi'), print(k.recv(2))", prefix=prefix,
                    notice="may not be looked into")

    def test_no_words_at_all(self):
        self.python("import ctypes; none = (ctypes.c_char_p * 1)(None);"
                    "ctypes.CDLL(None).execve(b'/bin/true', none, none)")


class Payloads(Real):
    def test_hostile_bytes(self):
        self.python(r"""
import socket, os
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
for data in (b'\x1b]0;evil\x07\x1b[2J', '\u202eabc\u2066\u200b\ufeff\u2028'.encode(), b'\0\0',
             b'\xff\xfe\xc0\x80', '\u0085\u009b2J'.encode(), b'\xed\xa0\x80', b'\xf4\x90\x80\x80',
             '\U000e0001\u0301\u3164'.encode(), b'\r\nx\x7f\x08\x08'):
    a.send(data), b.recv(100)
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).bind(b'\0\x1b[31m\xe2\x80\xae\xff\n')
os.write(1, b'\x1b[2Jout\xe2\x80\xae\xff\0end\n')
""", "-e", "all")

    def test_a_hostile_name(self):
        path = os.path.join(self.folder, "e\x1b[31mvil")
        shutil.copy("/bin/echo", path)
        self.same([path, "a\x1b[2J\nb"])

    def test_ten_megabytes_at_once(self):
        record = self.python("import threading\n" + BOTH_ENDS + r"""
c, k = pair()
def receive():
    left = 10 << 20
    while left:
        left -= len(k.recv(1 << 20))
thread = threading.Thread(target=receive)
thread.start(), c.sendall(b'\x1b[2J' * (10 << 18)), thread.join()""")
        connection, = record.of("connection")
        self.assertEqual(connection["ends"][1]["bytes_received"], 10 << 20)

    def test_a_thousand_buffers(self):
        record = self.python("""
import socket
a, b = socket.socketpair()
print(a.sendmsg([b'x'] * 1024), b.recvmsg_into([bytearray(1) for _ in range(1024)])[0])
try:
    a.sendmsg([b'x'] * 1025)
except OSError as error:
    print(error)""")
        self.assertEqual([call["ret"] for call in record.calls(name="sendmsg")], [1024, -1])


class Outputs(Real):
    def test_a_full_disk(self):
        done = run("-o", "/dev/full", "sh", "-c", "echo went on")
        self.assertEqual((done.returncode, done.stdout), (125, "went on\n"))
        self.assertEqual(done.stderr, "socktrace: /dev/full: No space left on device\n")

    def test_a_reader_that_leaves(self):
        script = f"{SOCKTRACE} -o - {PYTHON} -c 'import socket\nfor i in range(2000):" \
                 " socket.socket().close()' | head -n1"
        done = plain(["sh", "-c", script])
        self.assertEqual(done.stderr, b"socktrace: standard output: Broken pipe\n")

    def test_closed_standard_streams(self):
        done = plain(["sh", "-c", f"{SOCKTRACE} -o {self.text} true <&- >&- 2>&-"])
        self.assertEqual(done.returncode, 0)
        self.assertIn("exits", self.read(self.text))

    def test_every_way_to_say_when_and_how_much(self):
        script = BOTH_ENDS + "c, k = pair()\nc.send(b'hello'), k.recv(9), c.close(), k.close()"
        for options in (["-e", "none"], ["-e", "!all"], ["-e", "trace=network"], ["-z"], ["-Z"],
                        ["-s", "0"], ["--capture", "0"], ["--capture=3"], ["-t"], ["-ttt"],
                        ["-r", "-T"], ["-q"], ["--no-follow"], ["-E", "A=b"], ["-yy", "-f"]):
            with self.subTest(options):
                self.python(script, *options)


class Terminal(Real):
    def typed(self, command, *keys):
        """A shell on a terminal of its own, told `command`; each key after the text it awaits."""
        child, terminal = pty.fork()
        if child == 0:
            os.environ.update(PS1="$ ", TERM="dumb")
            os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
        self.addCleanup(os.waitpid, child, 0)
        self.addCleanup(os.kill, child, signal.SIGKILL)
        self.addCleanup(os.close, terminal)
        seen = ""
        for expected, key in (("$ ", command + "\n"), *keys, (None, None)):
            text = ""
            while expected and expected not in text:
                ready, _, _ = select.select([terminal], [], [], 15)
                self.assertTrue(ready, f"{expected!r} never came after {seen + text!r}")
                text += os.read(terminal, 65536).decode()
            seen += text
            if key == "fg\n":
                self.wait_until_stopped(child)
            if key:
                os.write(terminal, key.encode())

    def wait_until_stopped(self, shell):
        """The shell's prompt says that its own child has stopped. What that one traces may have
        its SIGTSTP before it, and no processor yet to take it: in its read() of the terminal it
        would take the next key first."""
        deadline = time.monotonic() + 15
        while not all(state in "TtZ" for state in self.states_below(shell)):
            self.assertLess(time.monotonic(), deadline, "somebody runs on after Ctrl-Z")
            time.sleep(0.01)

    @staticmethod
    def states_below(pid):
        """The states of a process's descendants, as /proc/PID/stat has them."""
        children = {}
        for path in glob.glob("/proc/[0-9]*/stat"):
            try:
                with open(path, encoding="utf-8", errors="replace") as file:
                    state, parent = file.read().rpartition(")")[2].split()[:2]
            except OSError:
                continue  # it has ended
            children.setdefault(int(parent), []).append((int(path.split("/")[2]), state))
        waiting = [pid]
        while waiting:
            for child, state in children.get(waiting.pop(), []):
                waiting.append(child)
                yield state

    def test_control_c(self):
        needs("bash", "nc")
        port = free_port()
        self.typed(f"{SOCKTRACE} -o {self.text} sh -c 'echo go; exec nc -l 127.0.0.1 {port}'",
                   ("go\r\n", "\x03"), ("$ ", "echo status=$?\n"), ("status=130\r\n", "exit\n"))

    def test_control_z_and_fg(self):
        needs("bash")
        self.typed(f"{SOCKTRACE} -o {self.text} sh -c 'echo go; read x; echo got=$x'",
                   ("go\r\n", "\x1a"), ("=$x'\r\n$ ", "fg\n"), ("read x", "word\n"),
                   ("got=word\r\n", "echo status=$?\n"), ("status=0\r\n", "exit\n"))


class States(Real):
    """What is said about a connection is what the kernel knows about it."""

    def test_an_orderly_end_is_no_reset(self):
        """shutdown() in CLOSE_WAIT ends in CLOSED while the descriptor is still held."""
        record = self.python(BOTH_ENDS + """
c, k = pair()
c.shutdown(socket.SHUT_WR), k.recv(1), k.shutdown(socket.SHUT_WR), c.recv(1)
k.close(), c.close()""")
        connection, = record.of("connection")
        self.assertEqual(connection["closed"], "fin")

    def test_time_wait_is_not_closed(self):
        """A peer that closes at once: the descriptor says CLOSED, the kernel has TIME_WAIT."""
        server = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(server.close)

        def serve():
            for _ in range(40):
                conn, _ = server.accept()
                while conn.recv(100):
                    pass
                conn.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        record = self.python_only(f"""
import socket
for _ in range(40):
    c = socket.create_connection(('127.0.0.1', {server.getsockname()[1]}))
    c.shutdown(socket.SHUT_WR), c.recv(1), c.close()""")
        thread.join(20)
        after = {call["state"]["after"] for call in record.calls(name="shutdown")
                 if "after" in call.get("state", {})}
        self.assertLessEqual(after, {"FIN_WAIT_1", "FIN_WAIT_2", "TIME_WAIT"})
        self.assertEqual({c["closed"] for c in record.of("connection")}, {"fin"})

    def python_only(self, script):
        done, record, _ = self.traced([PYTHON, "-c", script])
        self.assertEqual(done.returncode, 0, done.stderr)
        return record

    def test_a_refused_connection_has_nothing_on_its_way(self):
        """A socket without a connection has sent nothing; the kernel's counter is left over."""
        record = self.python("import socket\ns = socket.socket()\n"
                             "print(s.connect_ex(('127.0.0.1', 1)))")
        self.assertFalse(record.call("connect").get("queues", {}).get("send"))
        self.assertNotIn("not yet acknowledged", self.read(self.text))

    def test_true_resets(self):
        record = self.python(BOTH_ENDS + """
import struct
c, k = pair()
c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)), c.close()
try:
    k.recv(1)
except ConnectionResetError as error:
    print(error)
k.close()
c, k = pair()
k.send(b'unread'), c.close(), k.close()""")
        self.assertEqual([c["closed"] for c in record.of("connection")], ["reset", "reset"])


class Transcripts(Real):
    def test_a_command_reads_the_transcript(self):
        done = run("-o", f"|cat >{self.text}", "true", timeout=10)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("exits", self.read(self.text))

    def test_another_users_record_begins_with_the_program(self):
        """What socktrace does to become that user is none of the program's calls."""
        if os.geteuid() != 0:
            self.skipTest("only root may become another user")
        record = self.python_only_as("nobody")
        self.assertEqual([line["type"] for line in record.lines[:2]], ["header", "process"])

    def python_only_as(self, user):
        done, record, _ = self.traced(["/bin/true"], "-u", user)
        self.assertEqual(done.returncode, 0, done.stderr)
        return record

    def test_size_of_the_buffer_not_of_the_message(self):
        record = self.python("""
import socket
a, b = socket.socketpair()
a.send(b'abc'), b.recvmsg(1000, 200)""")
        self.assertIn(".recvmsg(1000, ", record.call("recvmsg")["python"]["code"])

    def test_one_line_of_output_is_one_line(self):
        """print() of an unbuffered Python writes the text and the end of the line apart."""
        _, _, text = self.traced([PYTHON, "-u", "-c", "print('one'); print('two')"], "-e", "output")
        self.assertEqual(re.findall(r" \| ?(.*)", text), ["one", "two"])

    def test_arrays_do_not_flood_the_screen(self):
        self.python("import socket\na, b = socket.socketpair()\na.sendmsg([b'x'] * 1000)")
        self.assertLess(max(map(len, self.read(self.text).splitlines())), 2000)

    def test_messages_about_a_bad_record_are_escaped(self):
        with open(self.record, "wb") as file:
            file.write(b'{"type":"header"\x1b[2J}\n')
        done = run("--replay", self.record)
        self.assertEqual(done.returncode, 125)
        self.assertIsNone(RAW.search(done.stderr))


if __name__ == "__main__":
    unittest.main()
