"""The isolated network: what is different in it, and that nothing else is."""

import os
import shutil
import subprocess
import tempfile
import unittest

from traced import PYTHON, SOCKTRACE, Record, program, run, trace

ORDINARY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


class Isolated(unittest.TestCase):
    """As whom we are, and as an ordinary user if we are root."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="socktrace-")
        self.addCleanup(shutil.rmtree, self.folder)
        os.chmod(self.folder, 0o777)
        self.socktrace = shutil.copy(SOCKTRACE, self.folder)
        self.record = os.path.join(self.folder, "record.jsonl")

    def users(self):
        yield "ourselves", ()
        if os.geteuid() == 0 and shutil.which("setpriv"):
            yield "an ordinary user", ORDINARY

    def plain(self, *words):
        return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60,
                              stdin=subprocess.DEVNULL, cwd="/")

    def isolated(self, user, *words, before=()):
        """The program's output and the record."""
        done = self.plain(*before, *user, self.socktrace, "-o", self.record, "--isolate", *words)
        self.assertEqual((done.returncode, done.stderr), (0, ""), words)
        record = Record(self.record)
        os.unlink(self.record)
        return done.stdout, record


class Sysctl(Isolated):
    NAME = "net.ipv4.tcp_fin_timeout"
    PATH = "/proc/sys/net/ipv4/tcp_fin_timeout"

    def test_is_set_in_the_isolated_network_alone_and_recorded(self):
        before = self.plain("cat", self.PATH).stdout
        for who, user in self.users():
            with self.subTest(who):
                out, record = self.isolated(user, f"--sysctl={self.NAME}=7",
                                            "--sysctl=net.ipv4.ip_local_port_range=5000 5001",
                                            "cat", self.PATH)
                self.assertEqual(out, "7\n")
                self.assertEqual(record.of("header")[0]["sysctl"], {
                    self.NAME: "7", "net.ipv4.ip_local_port_range": "5000 5001"})
                self.assertEqual(self.plain("cat", self.PATH).stdout, before)

    def test_is_there_before_the_program_starts(self):
        script = ("import socket; s = socket.create_server(('127.0.0.1', 0)); "
                  "print(s.getsockname()[1])")
        for who, user in self.users():
            with self.subTest(who):
                out, _ = self.isolated(user, "--sysctl=net.ipv4.ip_local_port_range=5000 5001",
                                       PYTHON, "-c", script)
                self.assertIn(int(out), (5000, 5001))

    def test_is_shown_if_given_and_so_again_in_a_replay(self):
        text = os.path.join(self.folder, "live.txt")
        run("-o", text, "-o", self.record, "--isolate", f"--sysctl={self.NAME}=7", "true")
        with open(text, encoding="utf-8") as file:
            live = file.read()
        self.assertIn(f"{self.NAME} = 7\n", live)
        self.assertEqual(run("-o", "-", "--replay", self.record).stdout, live)
        without = run("--isolate", "true").stderr
        self.assertNotIn("net.", without)
        self.assertNotIn("sysctl", trace("--isolate", "true")[1].of("header")[0])

    def test_in_a_demo(self):
        _, record = trace("--demo", "echo", f"--sysctl={self.NAME}=7")
        self.assertEqual(record.of("header")[0]["sysctl"], {self.NAME: "7"})

    def test_what_cannot_be_set_is_one_line_and_no_program_starts(self):
        cases = {
            "net.ipv4.no_such_thing=1": "no such setting",
            "net.ipv4=1": "no such setting",
            f"{self.NAME}=x": "refuses this value",
            f"{self.NAME}=5 6": "refuses this value",
            "net.core.rmem_max=300000": "isolated network",
        }
        for who, user in self.users():
            for setting, why in cases.items():
                with self.subTest(who, setting=setting):
                    done = self.plain(*user, self.socktrace, "--isolate", f"--sysctl={setting}",
                                      "echo", "started")
                    self.assertEqual((done.returncode, done.stdout), (125, ""))
                    self.assertTrue(done.stderr.startswith(f"socktrace: --sysctl={setting}: "))
                    self.assertIn(why, done.stderr)
                    self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_without_an_isolated_network_it_is_refused(self):
        done = run(f"--sysctl={self.NAME}=5", "true")
        self.assertEqual(done.returncode, 125)
        self.assertIn("--isolate", done.stderr.splitlines()[0])


if __name__ == "__main__":
    unittest.main()
