"""The isolated network: what is different in it, and that nothing else is."""

import os
import shlex
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


RESOLVE = """
import socket
for family in socket.AF_INET, socket.AF_INET6:
    print({a[4][0] for a in socket.getaddrinfo('localhost', 80, family, socket.SOCK_STREAM)})
for word in open('/etc/resolv.conf').read().split():
    print(word)
"""

# What a program can see of who and where it is. In a user namespace with one user it sees other
# owners as nobody, and what it could regain there (CapBnd, NoNewPrivs) is another matter.
SELF = r"""
import os, re
status = open('/proc/self/status').read()
print(re.findall(r'(?:Uid|Gid|Groups|CapInh|CapPrm|CapEff|CapAmb|Umask):.*', status))
print(os.getcwd(), os.readlink('/proc/self/exe'), sorted(os.listdir('/')))
for path in '.', '/', '/tmp', '/etc/passwd', '/proc/self/exe', '/dev/null', FOLDER:
    known = os.stat(path)
    print(path, known.st_dev, known.st_ino, oct(known.st_mode))
print(os.access('/etc/passwd', os.W_OK), os.access(FOLDER, os.W_OK))
open(FOLDER + '/written', 'a').write('x')
"""


class Names(Isolated):
    """On a machine that looks up names as we say, in a mount namespace of the test."""

    BARE = "192.0.2.1 elsewhere\n"
    WHOLE = "127.0.0.1 localhost\n::1 ip6-localhost LOCALHOST # both\n"

    def machine(self, hosts, resolver, shared=""):
        """The beginning of a command that runs there."""
        lines = [f"mount --make-r{shared or 'private'} /"]
        for name, text in (("hosts", hosts), ("resolv.conf", resolver)):
            path = os.path.join(self.folder, name)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(path, 0o644)
            lines.append(f"mount --bind {shlex.quote(path)} /etc/{name}")
        lines.append('MACHINE=$$; export MACHINE; "$@"')
        kind = "-m" if os.geteuid() == 0 else "-Urm"
        words = ("unshare", kind, "sh", "-ec", "\n".join(lines), "sh")
        done = self.plain(*words, "cat", "/etc/hosts")
        if done.stdout != hosts:
            self.skipTest(f"no mount namespace to be had: {done.stderr.strip()}")
        return words

    def test_localhost_is_found_where_the_machine_does_not_know_it(self):
        for hosts in (self.BARE, "", self.BARE.strip(), "127.0.0.1 localhost", "#::1 localhost"):
            before = self.machine(hosts, "nameserver 192.0.2.1\n")
            for who, user in self.users():
                with self.subTest(who, hosts=hosts):
                    out, _ = self.isolated(user, PYTHON, "-c", RESOLVE, before=before)
                    lines = out.splitlines()
                    self.assertEqual(lines[:2], ["{'127.0.0.1'}", "{'::1'}"])
                    self.assertNotIn("192.0.2.1", lines)

    def test_other_names_of_the_machine_stay(self):
        before = self.machine(self.BARE, "")
        out, _ = self.isolated((), "getent", "hosts", "elsewhere", before=before)
        self.assertEqual(out.split(), ["192.0.2.1", "elsewhere"])

    def test_files_that_say_it_all_are_left_alone(self):
        before = self.machine(self.WHOLE, "nameserver 127.0.0.53\nsearch example\n")
        script = "cat /etc/hosts; readlink /proc/self/ns/mnt /proc/$MACHINE/ns/mnt"
        out, _ = self.isolated((), "sh", "-c", script, before=before)
        *hosts, ours, machines = out.splitlines(keepends=True)
        self.assertEqual("".join(hosts), self.WHOLE)
        self.assertEqual(ours, machines)

    def test_no_mount_of_ours_is_seen_outside_or_left_behind(self):
        before = self.machine(self.BARE, "nameserver 192.0.2.1\n", shared="shared")
        mounts = "sort /proc/$MACHINE/mountinfo"
        script = f"sort /proc/self/mountinfo >&2; {mounts}"
        for who, user in self.users():
            with self.subTest(who):
                traced = shlex.join([*user, self.socktrace, "-o", "/dev/null", "--isolate",
                                     "sh", "-c", script])
                done = self.plain(*before, "sh", "-ec",
                                  f"{mounts}; echo --; {traced}; echo --; {mounts}")
                first, during, last = done.stdout.split("--\n")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(first, during)
                self.assertEqual(first, last)
                inside = [line.split()[4] for line in done.stderr.splitlines()]
                self.assertEqual(inside.count("/etc/hosts"), 2, inside)
                self.assertEqual(inside.count("/tmp"), first.count(" /tmp "), inside)

    def test_without_the_right_to_mount_the_network_is_isolated_all_the_same(self):
        before = self.machine(self.BARE, "nameserver 192.0.2.1\n")
        for who, user in self.users():
            for call in ("mount", "umount2"):
                with self.subTest(who, call=call):
                    without = shutil.copy(program("without"), self.folder)
                    out, record = self.isolated((), "cat", "/proc/net/dev",
                                                before=(*before, *user, without, call))
                    self.assertEqual(out.count(":"), 1, out)
                    self.assertTrue(record.of("header")[0]["isolated"])


class Same(Isolated):
    def test_both_loopback_addresses_work(self):
        script = """
import socket
for family, host in (socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1'):
    server = socket.create_server((host, 0), family=family)
    client = socket.create_connection(server.getsockname()[:2])
    print(client.getpeername()[0])
"""
        for who, user in self.users():
            with self.subTest(who):
                out, _ = self.isolated(user, PYTHON, "-c", script)
                self.assertEqual(out.split(), ["127.0.0.1", "::1"])

    def test_a_program_is_who_and_where_it_was(self):
        script = f"FOLDER = {self.folder!r}" + SELF
        for who, user in self.users():
            with self.subTest(who):
                done = self.plain(*user, self.socktrace, "-o", "/dev/null", PYTHON, "-c", script)
                self.assertEqual(done.returncode, 0, done.stderr)
                out, _ = self.isolated(user, PYTHON, "-c", script)
                self.assertEqual(out, done.stdout)
                written = os.path.join(self.folder, "written")
                with open(written, encoding="utf-8") as file:
                    self.assertEqual(file.read(), "xx")
                os.unlink(written)

    def test_what_to_change_is_said_where_there_are_no_namespaces(self):
        done = self.plain(program("without"), "unshare", SOCKTRACE, "--isolate", "true")
        what, advice = done.stderr.splitlines()
        self.assertEqual(done.returncode, 125)
        self.assertTrue(what.startswith("socktrace: isolated network: "), what)
        for word in ("user.max_user_namespaces", "root", "without --isolate"):
            self.assertIn(word, advice)


if __name__ == "__main__":
    unittest.main()
