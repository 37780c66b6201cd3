"""A lecturer's own scenario: --scenario FILE, its moments, and what its programs may do."""

import os
import shutil
import subprocess
import tempfile
import unittest

from traced import PYTHON, SOCKTRACE, Record, run

ORDINARY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")

SERVER = """
import socket, sys
listener = socket.socket()
listener.bind(('127.0.0.1', 8000))
listener.listen(1)
conn, _ = listener.accept()
while True:
    data = conn.recv(100)
    print('got', data.decode(), flush=True)
    if not data:
        break
"""
CLIENT = """
import socket, sys
sock = socket.socket()
sock.connect(('127.0.0.1', 8000))
for line in sys.stdin:
    sock.send(line.strip().encode())
"""
WAITER = """
import os, sys
os.read(0, 1)
"""


class Scenarios(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="socktrace-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.chmod(self.folder, 0o777)
        self.file = self.write("scenario", "")
        self.script("server", SERVER)
        self.script("client", CLIENT)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def script(self, name, text):
        os.chmod(self.write(name, f"#!{PYTHON}\n{text}"), 0o755)

    def play(self, steps, *options, status=0, env=None):
        """The run and its record; the title is given."""
        self.write("scenario", "title: T\n" + steps)
        path = os.path.join(self.folder, "record.jsonl")
        done = run("-o", path, *options, "--scenario", self.file, cwd="/", env=env)
        if "isolated network: " in done.stderr:
            self.skipTest(done.stderr)
        self.assertEqual(done.returncode, status, done.stderr)
        return done, Record(path)

    def moment(self, record, lane="mark"):
        """Where in the record the program of that name starts: `start mark: ./mark`."""
        starts = [i for i, line in enumerate(record.lines)
                  if line["type"] == "process" and line["what"] in ("start", "exec")
                  and line["lane"] == lane]
        self.assertEqual(len(starts), 1, starts)
        return starts[0]

    def before(self, record, **wanted):
        """The lines that stand before the mark."""
        return [line for line in record.lines[:self.moment(record)]
                if all(line.get(key) == value for key, value in wanted.items())]

    def said(self, record):
        return "".join(line["data"]["text"] for line in record.of("output"))

    # --- the option

    def test_programs_are_in_the_files_folder_and_what_they_print_is_shown(self):
        self.script("hello", "print('hello')")
        _, record = self.play("start hello: ./hello\nwhen hello ends\n")
        self.assertTrue(record.of("header")[0]["isolated"])
        self.assertEqual(self.said(record), "hello\n")

    def test_a_step_that_does_not_happen_makes_the_status_1(self):
        self.script("hello", "print('hello')")
        done, _ = self.play("start hello: ./hello\nwhen hello listens\n", status=1)
        self.assertEqual(done.stderr,
                         "socktrace: scenario: line 3: hello listens: did not happen\n")

    def test_an_unexpected_end_makes_the_status_1(self):
        self.script("hello", "raise SystemExit(3)")
        self.play("start hello: ./hello\nexpect hello status 3\n")
        done, _ = self.play("start hello: ./hello\n", status=1)
        self.assertIn("line 2: hello: ended with status 3", done.stderr)

    def test_what_is_wrong_in_the_file_is_told_with_its_line(self):
        self.write("scenario", "title: T\nstart a: ./a\nwhen a sleeps\n")
        done = run("--scenario", self.file)
        self.assertEqual(done.returncode, 125)
        self.assertEqual(done.stderr, f'socktrace: {self.file}:3: unknown moment: "sleeps"\n')
        self.write("scenario", "title: T\n")
        self.assertEqual(run("--scenario", self.file).stderr,
                         f"socktrace: {self.file}: it starts no program\n")

    def test_a_file_that_cannot_be_read_is_told(self):
        for path, why in ((os.path.join(self.folder, "none"), "No such file or directory"),
                          (self.folder, "Is a directory")):
            done = run("--scenario", path)
            self.assertEqual(done.returncode, 125)
            self.assertEqual(done.stderr, f"socktrace: --scenario {path}: {why}\n")

    def test_a_program_that_is_not_there_is_told_before_any_starts(self):
        self.write("scenario", "title: T\nstart a: ./server\nstart b: ./none\n")
        done = run("--scenario", self.file)
        self.assertEqual((done.returncode, done.stderr),
                         (127, "socktrace: ./none: no such file\n"))

    def test_a_scenario_brings_its_own_programs(self):
        for others in (["true"], ["-p", "1"], ["--client=true"], ["--demo=echo"],
                       ["--replay=x.jsonl"]):
            done = run("--scenario", self.file, *others)
            self.assertEqual(done.returncode, 125, others)
            self.assertIn("--scenario: brings its own programs" if len(others[0]) < 8 or
                          "client" in others[0] else others[0].split("=")[0], done.stderr)

    def test_python_runs_the_twins(self):
        self.script("hello", "print('not this one')")
        self.write("hello.py", "print('twin')")
        _, record = self.play("start hello: ./hello\n", "--python")
        self.assertEqual(self.said(record), "twin\n")

    def test_the_twins_python_is_the_first_in_path_that_is_no_wrapper(self):
        self.script("hello", "print('not this one')")
        self.write("hello.py", "print('twin')")
        path = {**os.environ, "PATH": self.folder + os.pathsep + os.environ["PATH"]}
        shutil.copy("/bin/echo", os.path.join(self.folder, "python3"))
        _, record = self.play("start hello: ./hello\n", "--python", env=path)
        self.assertEqual(self.said(record), "./hello.py\n")
        os.unlink(os.path.join(self.folder, "python3"))
        os.chmod(self.write("python3", "#!/bin/sh\necho a wrapper\n"), 0o755)
        _, record = self.play("start hello: ./hello\n", "--python", env=path)
        self.assertEqual(self.said(record), "twin\n")

    # --- moments

    SERVED = ("start server: ./server\nwhen server waits accept\n"
              "start client: ./client\n  input: later\n")

    def served(self, steps, *options):
        """What follows when a client is there whose input is typed."""
        self.script("mark", "")
        return self.play(self.SERVED + steps + "start mark: ./mark\nwhen mark ends\n"
                         "end client\nwhen client ends\nwhen server ends\n", *options)[1]

    def test_waits_names_the_call(self):
        record = self.served("when server waits recv\n")
        self.assertEqual(len(self.before(record, type="enter", call="recv")), 1)

    def test_the_second_send_is_waited_for(self):
        record = self.served("when client connects\ntype client: one\ntype client: two\n"
                             "when client sends 2\n")
        self.assertEqual(len(self.before(record, type="call", call="send")), 2)

    def test_the_second_recv_with_bytes_is_waited_for(self):
        record = self.served("type client: one\nwhen server receives\ntype client: two\n"
                             "when server receives 2\n")
        received = [call["ret"] for call in self.before(record, type="call", call="recv")]
        self.assertEqual(received, [3, 3])

    def test_an_end_of_file_is_nothing_received(self):
        self.script("mark", "")
        done, _ = self.play(self.SERVED + "end client\nwhen server receives\n", status=1)
        self.assertIn("line 7: server receives: did not happen", done.stderr)

    def test_what_a_program_prints_is_not_sent(self):
        self.script("hello", "import os\nos.write(1, b'hello')")
        done, _ = self.play("start hello: ./hello\nwhen hello sends\n", status=1)
        self.assertIn("line 3: hello sends: did not happen", done.stderr)

    def test_a_call_that_fails_is_waited_for(self):
        self.script("mark", "")
        self.script("refused", "import socket\nprint(socket.socket().connect_ex(('127.0.0.1', 1)))\n"
                    + WAITER)
        _, record = self.play("start refused: ./refused\n  input: later\n"
                              "when refused fails connect\nstart mark: ./mark\nwhen mark ends\n"
                              "end refused\nwhen refused ends\n")
        failed = self.before(record, type="call", call="connect")
        self.assertEqual([call["errno"] for call in failed], ["ECONNREFUSED"])

    def test_a_state_is_waited_for_whoever_tells_of_it(self):
        for options in ([], ["--wire=off"]):
            with self.subTest(options):
                self.script("half", CLIENT.replace("for line", "sock.shutdown(1)\nfor line"))
                self.script("mark", "")
                self.script("keeper", SERVER + "\n" + WAITER)
                _, record = self.play(
                    "start keeper: ./keeper\n  input: later\nwhen keeper waits accept\n"
                    "start half: ./half\n  input: later\n"
                    "when half state FIN_WAIT_2\nwhen keeper state CLOSE_WAIT\n"
                    "start mark: ./mark\nwhen mark ends\n"
                    "end half\nend keeper\nwhen half ends\nwhen keeper ends\n", *options)
                self.assertEqual(len(self.before(record, type="call", call="shutdown")), 1)

    def test_what_remains_of_a_program_has_a_state_still(self):
        self.script("first", SERVER.replace("while True", "while False"))
        self.script("mark", "")
        _, record = self.play(
            "start first: ./first\nwhen first waits accept\n"
            "start client: ./client\n  input: later\n"
            "when first ends\nwhen first state FIN_WAIT_2\nend client\nwhen client ends\n"
            "when first state TIME_WAIT\nstart mark: ./mark\n")
        ends = [line["lane"] for line in self.before(record, type="process", what="exit")]
        self.assertEqual(ends, ["first", "client"])

    def test_a_state_that_cannot_come_any_more_is_not_waited_for(self):
        self.script("hello", "print('hello')")
        done, _ = self.play("start hello: ./hello\nwhen hello state ESTABLISHED\n", status=1)
        self.assertIn("line 3: hello state ESTABLISHED: did not happen", done.stderr)

    # --- input

    def test_lines_are_typed_at_their_moment(self):
        self.script("echo", "for i in (1, 2):\n    print(i, input(), flush=True)\ntry:\n"
                    "    input()\nexcept EOFError:\n    print('end', flush=True)\n")
        _, record = self.play("start echo: ./echo\n  input: first\n  input: later\n"
                              "type echo: 你好, world\n")
        self.assertEqual(self.said(record), "1 first\n2 你好, world\nend\n")

    def test_nobody_can_type_for_a_program_that_has_ended(self):
        self.script("hello", "print('hello')")
        done, _ = self.play("start hello: ./hello\n  input: later\nwhen hello ends\n"
                            "type hello: x\n", status=1)
        self.assertEqual(done.stderr, "socktrace: scenario: line 5: hello reads what is typed: "
                                      "did not happen\n")

    # --- the network, and what the programs may do

    def test_settings_of_the_network_are_there_before_the_programs(self):
        path = "/proc/sys/net/ipv4/tcp_fin_timeout"
        self.script("show", f"print(open('{path}').read(), end='')")
        steps = "sysctl net.ipv4.tcp_fin_timeout = 7\nstart show: ./show\n"
        _, record = self.play(steps)
        self.assertEqual(self.said(record), "7\n")
        self.assertEqual(record.of("header")[0]["sysctl"], {"net.ipv4.tcp_fin_timeout": "7"})
        _, record = self.play(steps, "--sysctl=net.ipv4.tcp_fin_timeout=8")
        self.assertEqual(self.said(record), "8\n")

    def test_a_setting_that_cannot_be_is_told_with_its_line(self):
        self.write("scenario", "title: T\nsysctl net.fnord = 7\nstart s: ./server\n")
        done = run("--scenario", self.file)
        if "isolated network: " in done.stderr:
            self.skipTest(done.stderr)
        self.assertEqual(done.returncode, 125)
        self.assertEqual(done.stderr, "socktrace: scenario: line 2: sysctl net.fnord = 7: "
                                      "an isolated network has no such setting\n")

    def test_while_the_link_is_down_a_peer_vanishes_without_a_word(self):
        self.script("half", CLIENT.replace("    sock.send", "    print(sock.send")
                    .replace("encode())", "encode()), flush=True)"))
        _, record = self.play("start server: ./server\nwhen server waits accept\n"
                              "start half: ./half\n  input: later\nwhen server waits recv\n"
                              "when half connects\nlink down\nstop server SIGKILL\n"
                              "when server ends\nlink up\ntype half: x\nwhen half sends\n"
                              "end half\n")
        self.assertEqual(self.said(record), "1\n")
        flags = [flag for line in record.of("segment") for flag in line["flags"]
                 if line["from"].endswith(":8000")]
        self.assertNotIn("FIN", flags)
        self.assertIn("RST", flags)

    def test_the_programs_have_no_capabilities_whoever_starts_them(self):
        self.script("privileged", "import socket\n"
                    "print([line.split()[1].strip('0') for line in open('/proc/self/status')\n"
                    "       if line.startswith(('CapInh', 'CapPrm', 'CapEff', 'CapAmb'))])\n"
                    "socket.socket().bind(('127.0.0.1', 80))\n")
        self.write("scenario", "title: T\nstart p: ./privileged\nexpect p status 1\n"
                               "when p fails bind\n")
        tracer = shutil.copy(SOCKTRACE, self.folder)
        users = [()]
        if os.geteuid() == 0 and shutil.which("setpriv"):
            users.append(ORDINARY)
        for user in users:
            with self.subTest(user):
                path = os.path.join(self.folder, f"{len(user)}.jsonl")
                done = subprocess.run([*user, tracer, "-o", path, "--scenario", self.file],
                                      capture_output=True, text=True, check=False, timeout=30)
                if "isolated network: " in done.stderr:
                    self.skipTest(done.stderr)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
                record = Record(path)
                self.assertIn("['', '', '', '']", self.said(record))
                self.assertEqual(record.call("bind")["errno"], "EACCES")


if __name__ == "__main__":
    unittest.main()
