"""Whose the files are that socktrace writes, and what it does not write."""

import os
import stat
import subprocess
import tempfile
import unittest

from traced import DEMOS, ENVIRONMENT, SOCKTRACE

CLIENT = (os.path.join(DEMOS, "refused", "client"), "127.0.0.1", "1")
CALLER = 65534  # nobody, as if it had called sudo


class Outputs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def trace(self, *outputs, what=CLIENT, **variables):
        options = [word for path in outputs for word in ("-o", path)]
        done = subprocess.run([SOCKTRACE, "-q", *options, *what],
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              check=False, timeout=30, env={**ENVIRONMENT, **variables})
        self.assertNotIn("socktrace:", done.stderr)

    def owner(self, path):
        status = os.stat(path)
        return status.st_uid, status.st_gid

    def needs_root(self):
        if os.geteuid() != 0:
            self.skipTest("only root can hand files over")

    def test_what_root_makes_for_a_caller_of_sudo_belongs_to_the_caller(self):
        self.needs_root()
        path, program = f"{self.folder}/run.jsonl", f"{self.folder}/run.py"
        self.trace(path, program, what=("--demo", "echo"), SUDO_UID=str(CALLER),
                   SUDO_GID=str(CALLER))
        for name in os.listdir(self.folder):
            self.assertEqual(self.owner(f"{self.folder}/{name}"), (CALLER, CALLER), name)
        self.assertIn("run.client.py", os.listdir(self.folder))

    def test_a_file_that_is_there_keeps_its_owner(self):
        self.needs_root()
        there, link = f"{self.folder}/there.txt", f"{self.folder}/link.txt"
        with open(there, "w", encoding="utf-8") as file:
            file.write("before all this\n" * 10000)
        os.symlink(there, link)
        self.trace(link, SUDO_UID=str(CALLER), SUDO_GID=str(CALLER))
        self.assertEqual(self.owner(there), (0, 0))
        with open(there, encoding="utf-8") as file:
            self.assertNotIn("before all this", file.read())

    def test_numbers_that_are_no_user_change_nothing(self):
        self.needs_root()
        for i, uid in enumerate(("", "-1", "4294967295", "1x", "99999999999999999999")):
            path = f"{self.folder}/{i}.txt"
            self.trace(path, SUDO_UID=uid, SUDO_GID=str(CALLER))
            self.assertEqual(self.owner(path), (0, 0), uid)

    def test_nobody_gets_more_rights_than_the_umask_gives(self):
        path = f"{self.folder}/run.txt"
        before = os.umask(0o077)
        self.addCleanup(os.umask, before)
        self.trace(path)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)

    def test_what_is_put_aside_while_it_is_written_has_no_name(self):
        aside = f"{self.folder}/aside"
        os.mkdir(aside)
        self.trace(f"{self.folder}/run.html", f"{self.folder}/run.md", TMPDIR=aside)
        self.assertEqual(os.listdir(aside), [])


if __name__ == "__main__":
    unittest.main()
