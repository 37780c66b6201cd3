"""The Makefile's promises: missing libraries named, installation, help, a clone that builds."""

import os
import shutil
import subprocess
import tempfile
import unittest

from traced import CATALOGUE, SOCKTRACE


def make(*arguments, timeout=200, **variables):
    environment = {key: value for key, value in os.environ.items()
                   if key not in ("MAKEFLAGS", "MAKELEVEL", "BUILD", "MFLAGS")}
    environment.update(variables)
    return subprocess.run([shutil.which("make"), *arguments], capture_output=True, text=True, check=False,
                          timeout=timeout, env=environment)


class Build(unittest.TestCase):
    def test_a_missing_library_is_named_with_its_package(self):
        with tempfile.TemporaryDirectory() as folder:
            done = make(f"BUILD={folder}", f"PROGRAM={folder}/socktrace",
                        PKG_CONFIG_LIBDIR="/nonexistent", PKG_CONFIG_PATH="")
        self.assertNotEqual(done.returncode, 0)
        for package in ("libseccomp-dev", "libmnl-dev"):
            self.assertIn(package, done.stderr)
        self.assertNotIn("fatal error", done.stderr)

    def test_help_names_the_targets(self):
        done = make("help")
        for target in ("demo", "check", "bench", "lint", "po", "asan", "deps", "install", "dist", "deb",
                       "clean"):
            self.assertIn(f"make {target}", done.stdout)

    def test_without_msgfmt_one_line_says_what_is_missing(self):
        done = make("--silent", "languages", PATH="/nonexistent")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(done.stdout.splitlines()), 1)
        self.assertIn("gettext", done.stdout)

    def test_what_is_installed_runs_and_what_is_uninstalled_is_gone(self):
        build = os.path.relpath(os.environ.get("BUILD", "build"))
        with tempfile.TemporaryDirectory() as folder:
            done = make("install", f"DESTDIR={folder}", "PREFIX=/usr", f"BUILD={build}",
                        f"PROGRAM={os.path.relpath(SOCKTRACE)}")
            self.assertEqual(done.returncode, 0, done.stderr)
            installed = os.path.join(folder, "usr", "bin", "socktrace")
            done = subprocess.run([installed, "--demo", "refused"], capture_output=True,
                                  text=True, check=False, cwd="/", timeout=30)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("ECONNREFUSED", done.stderr)
            if os.path.exists(CATALOGUE):
                chinese = subprocess.run([installed, "--help"], capture_output=True, text=True,
                                         check=False, cwd="/", timeout=30,
                                         env={"LANG": "zh_CN.UTF-8"})
                self.assertIn("跟踪程序的套接字调用", chinese.stdout)
            for path in ("man/man1/socktrace.1", "bash-completion/completions/socktrace",
                         "zsh/site-functions/_socktrace", "fish/vendor_completions.d/socktrace.fish",
                         "doc/socktrace/README.md", "doc/socktrace/docs/record.schema.json"):
                self.assertTrue(os.path.exists(os.path.join(folder, "usr", "share", path)), path)
            make("uninstall", f"DESTDIR={folder}", "PREFIX=/usr")
            left = [name for _, folders, names in os.walk(folder)
                    for name in names + [name for name in folders if "socktrace" in name]]
            self.assertEqual(left, [])

    def test_what_is_installed_below_a_prefix_of_its_own_plays_a_demo_from_there(self):
        build = os.path.relpath(os.environ.get("BUILD", "build"))
        with tempfile.TemporaryDirectory() as folder:
            done = make("install", f"PREFIX={folder}/own", f"BUILD={build}",
                        f"PROGRAM={os.path.relpath(SOCKTRACE)}")
            self.assertEqual(done.returncode, 0, done.stderr)
            done = subprocess.run([f"{folder}/own/bin/socktrace", "--demo", "echo",
                                   "-o", f"{folder}/record.jsonl"], capture_output=True, text=True,
                                  check=False, cwd="/", timeout=30)
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(f"{folder}/record.jsonl", encoding="utf-8") as file:
                self.assertIn(f"{folder}/own/lib/socktrace/demos/echo/server", file.read())
            make("uninstall", f"PREFIX={folder}/own")
            left = [name for _, _, names in os.walk(f"{folder}/own") for name in names]
            self.assertEqual(left, [])

    def test_the_packages_script_does_nothing_when_all_is_there(self):
        if not shutil.which("dpkg-query"):
            self.skipTest("this is not Debian")
        done = subprocess.run([".ci/packages", "build"], capture_output=True, text=True,
                              check=False, timeout=60)
        self.assertEqual((done.returncode, done.stdout), (0, ""), done.stderr)


if __name__ == "__main__":
    unittest.main()
