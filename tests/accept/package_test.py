"""Releases: the tarball builds without git, the Debian package made from it is clean, is installed in a
scratch root, works there, and leaves nothing behind when it is removed.

The program is built once for all of it, by `make deb`.
"""

import glob
import gzip
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import unittest

from build_test import make
from traced import SOCKTRACE, needs, trace

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
LIMIT = 600  # seconds for a whole build on a busy machine


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=LIMIT, **options)


def version():
    """What the Makefile says."""
    with open(os.path.join(ROOT, "Makefile"), encoding="utf-8") as file:
        return re.search(r"^VERSION := (\S+)$", file.read(), re.M).group(1)


def scratch(test):
    folder = tempfile.TemporaryDirectory(prefix="socktrace-")
    test.addClassCleanup(folder.cleanup)
    return folder.name


class Tarball(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = scratch(cls)
        cls.done = make("--no-print-directory", "-C", ROOT, "dist", f"BUILD={cls.folder}")
        cls.name = f"socktrace-{version()}"
        cls.path = os.path.join(cls.folder, cls.name + ".tar.gz")

    def setUp(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)

    def test_it_holds_what_git_knows_and_nothing_else(self):
        known = run(["git", "-C", ROOT, "ls-files", "-z"])
        if known.returncode != 0:
            self.skipTest("this is no clone")
        wanted = {f"{self.name}/{path}" for path in known.stdout.split("\0") if path}
        with tarfile.open(self.path) as tar:
            self.assertEqual(set(tar.getnames()), wanted)
            self.assertEqual({(member.uid, member.gid) for member in tar}, {(0, 0)})

    def test_a_tarball_made_without_git_from_what_was_unpacked_holds_the_same(self):
        with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
            with tarfile.open(self.path) as tar:
                tar.extractall(folder, filter="data")
                wanted = set(tar.getnames())
            done = make("--no-print-directory", "-C", os.path.join(folder, self.name), "dist")
            self.assertEqual(done.returncode, 0, done.stderr)
            again = os.path.join(folder, self.name, "build", self.name + ".tar.gz")
            with tarfile.open(again) as tar:
                self.assertEqual(set(tar.getnames()), wanted)

    def test_who_packs_it_again_gets_the_same_bytes(self):
        with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
            make("--no-print-directory", "-C", ROOT, "dist", f"BUILD={folder}")
            with open(self.path, "rb") as one, open(os.path.join(folder, self.name + ".tar.gz"), "rb") as two:
                self.assertEqual(one.read(), two.read())


class Version(unittest.TestCase):
    def test_the_makefile_alone_says_it(self):
        known = run(["git", "-C", ROOT, "grep", "-lwF", version(), "--", ":!tests", ":!po"])
        if known.returncode > 1:
            self.skipTest("this is no clone")
        self.assertEqual(known.stdout.split(), ["Makefile"])

    def test_the_program_and_its_records_say_the_same(self):
        self.assertEqual(run([SOCKTRACE, "--version"]).stdout, f"socktrace {version()}\n")
        _, record = trace("true")
        self.assertEqual(record.of("header")[0]["socktrace"], version())


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        needs("dpkg-buildpackage", "dh", "dpkg", "dpkg-deb")
        cls.folder = scratch(cls)
        cls.done = make("--no-print-directory", "-C", ROOT, "deb", f"BUILD={cls.folder}", timeout=LIMIT)
        found = glob.glob(os.path.join(cls.folder, "deb", f"socktrace_{version()}_*.deb"))
        cls.package = found[0] if found else None

    def setUp(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr[-4000:])
        self.assertIsNotNone(self.package)

    def dpkg(self, root, *arguments):
        # Of what it depends on nothing is in the scratch root: the program takes this machine's.
        done = run(["dpkg", f"--root={root}", "--force-depends", "--force-not-root", *arguments],
                   env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"})
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_it_was_built_where_there_is_no_git(self):
        tree = os.path.join(self.folder, "deb", f"socktrace-{version()}")
        self.assertTrue(os.path.exists(os.path.join(tree, "socktrace")))
        self.assertFalse(os.path.exists(os.path.join(tree, ".git")))
        self.assertNotEqual(run(["git", "-C", tree, "rev-parse"]).returncode, 0)

    def test_lintian_finds_nothing(self):
        needs("lintian")
        command = ["lintian", "--info", "--fail-on", "error,warning"]
        if os.geteuid() == 0:
            command.append("--allow-root")
        done = run([*command, *glob.glob(os.path.join(self.folder, "deb", "*.changes"))])
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stdout + done.stderr)

    def test_its_version_and_libraries_are_the_programs(self):
        fields = run(["dpkg-deb", "--field", self.package, "Version", "Depends", "Suggests"]).stdout
        self.assertIn(f"Version: {version()}\n", fields)
        for library in ("libc6", "libseccomp2", "libmnl0"):
            self.assertRegex(fields, rf"Depends:.*\b{library}\b")
        self.assertRegex(fields, r"Suggests:.*\bpython3\b")

    def test_it_is_installed_works_and_leaves_nothing(self):
        with tempfile.TemporaryDirectory(prefix="socktrace-") as root:
            admin = os.path.join(root, "var", "lib", "dpkg")
            os.makedirs(os.path.join(admin, "info"))
            os.makedirs(os.path.join(admin, "updates"))
            open(os.path.join(admin, "status"), "w", encoding="utf-8").close()

            self.dpkg(root, "--install", self.package)
            self.check_installed(os.path.join(root, "usr"))
            self.dpkg(root, "--purge", "socktrace")
            left = [os.path.join(folder, name) for folder, folders, names in os.walk(root)
                    for name in folders + names]
            self.assertEqual([path for path in left if not path.startswith(os.path.join(root, "var"))], [])
            with open(os.path.join(admin, "status"), encoding="utf-8") as file:
                self.assertNotIn("socktrace", file.read())

    def check_installed(self, usr):
        installed = os.path.join(usr, "bin", "socktrace")
        self.assertEqual(run([installed, "--version"], cwd="/").stdout, f"socktrace {version()}\n")
        done = run([installed, "--demo", "echo"], cwd="/", stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("ESTABLISHED", done.stderr)
        done = run([installed, "--help"], cwd="/", env={"LANG": "zh_CN.UTF-8"})
        self.assertIn("跟踪程序的套接字调用", done.stdout)
        share = os.path.join(usr, "share")
        with gzip.open(os.path.join(share, "man", "man1", "socktrace.1.gz"), "rt") as page:
            self.assertIn(f'"socktrace {version()}"', page.read())
        for path in ("bash-completion/completions/socktrace", "zsh/vendor-completions/_socktrace",
                     "fish/vendor_completions.d/socktrace.fish", "doc/socktrace/README.md",
                     "doc/socktrace/demos/README.md", "doc/socktrace/docs/record.schema.json"):
            self.assertTrue(os.path.exists(os.path.join(share, path)), path)

    def test_the_demos_debug_information_names_the_sources_that_are_installed(self):
        needs("readelf")
        with tempfile.TemporaryDirectory(prefix="socktrace-") as root:
            run(["dpkg-deb", "--extract", self.package, root])
            demo = "/usr/lib/socktrace/demos/echo/server"
            self.assertTrue(os.path.exists(root + demo + ".c"))
            unit = run(["readelf", "--debug-dump=info", "--dwarf-depth=1", root + demo]).stdout
            named = re.search(r"DW_AT_name .*: (\S+)\s*$", unit, re.M).group(1)
            folder = re.search(r"DW_AT_comp_dir .*: (\S+)\s*$", unit, re.M).group(1)
            self.assertEqual(os.path.join(folder, named), demo + ".c")


if __name__ == "__main__":
    unittest.main()
