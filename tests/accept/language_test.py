"""Chinese and English: how the language is chosen, and what the traced program sees of it."""

import os
import shutil
import subprocess
import tempfile
import unittest

from traced import BUILD, SOCKTRACE, run, trace

CATALOGUE = os.path.join(BUILD, "locale", "zh_CN", "LC_MESSAGES", "socktrace.mo")
LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE")


def environment(**variables):
    """This one, but of the language only what is said here."""
    return {**{name: value for name, value in os.environ.items() if name not in LOCALE},
            **variables}


def spoken(*options, **variables):
    """The language that a recording says is spoken."""
    done, record = trace(*options, "true", env=environment(**variables))
    assert done.returncode == 0, done.stderr
    return record.lines[0]["lang"]


class WithoutCatalogue(unittest.TestCase):
    def test_an_unknown_language_is_refused(self):
        for name in ("fr", "", "zhx", "english"):
            done = run(f"--lang={name}", "true", env=environment())
            self.assertEqual(done.returncode, 125)
            self.assertEqual(done.stderr, f"socktrace: --lang={name}: unknown\n"
                                          "  en and zh are known\n")

    def test_where_the_texts_are_missing_only_whoever_asks_for_them_hears_of_it(self):
        if os.path.exists("/usr/local/share/locale/zh_CN/LC_MESSAGES/socktrace.mo"):
            self.skipTest("a socktrace is installed in /usr/local")
        with tempfile.TemporaryDirectory() as folder:
            alone = shutil.copy(SOCKTRACE, folder)
            done = subprocess.run([alone, "--help"], capture_output=True, text=True, check=False,
                                  env=environment(LANG="zh_CN.UTF-8"), timeout=30)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertIn("run a lesson", done.stdout)
            done = subprocess.run([alone, "--lang=zh", "true"], capture_output=True, text=True,
                                  check=False, env=environment(), timeout=30)
            self.assertEqual(done.returncode, 125)
            self.assertTrue(done.stderr.startswith("socktrace: --lang=zh: "), done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 2)


@unittest.skipUnless(os.path.exists(CATALOGUE), "there is no catalogue: msgfmt is not installed")
class Choice(unittest.TestCase):
    def test_the_option_comes_before_the_environment(self):
        self.assertEqual(spoken("--lang=zh", LANG="en_US.UTF-8"), "zh")
        self.assertEqual(spoken("--lang=en", LANG="zh_CN.UTF-8"), "en")

    def test_without_the_option_the_environment_says_it(self):
        self.assertEqual(spoken(LANG="zh_CN.UTF-8"), "zh")
        self.assertEqual(spoken(LANG="zh_CN.UTF-8", LC_MESSAGES="C"), "en")
        self.assertEqual(spoken(LANG="C", LC_MESSAGES="zh_CN"), "zh")
        self.assertEqual(spoken(LANG="C", LC_MESSAGES="C", LC_ALL="zh_CN.GB18030"), "zh")
        self.assertEqual(spoken(LANG="zh_CN.UTF-8", LC_ALL=""), "zh")
        self.assertEqual(spoken(LANG="fr_FR.UTF-8"), "en")
        self.assertEqual(spoken(), "en")


@unittest.skipUnless(os.path.exists(CATALOGUE), "there is no catalogue: msgfmt is not installed")
class Environment(unittest.TestCase):
    def seen(self, **variables):
        """Both: what the program's environment is with socktrace, and without."""
        given = environment(**variables)
        done = run("--lang=zh", "-q", "env", env=given)
        alone = subprocess.run(["env"], capture_output=True, text=True, check=False, env=given,
                               timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout, alone.stdout

    def test_the_program_sees_no_language_of_ours(self):
        traced, alone = self.seen()
        self.assertNotIn("LANGUAGE", traced)
        self.assertEqual(traced, alone)

    def test_the_program_keeps_the_language_it_was_given(self):
        for value in ("de:fr", "", "zh_CN"):
            traced, alone = self.seen(LANGUAGE=value)
            self.assertIn(f"\nLANGUAGE={value}\n", "\n" + traced)
            self.assertEqual(traced, alone)

    def test_a_command_that_reads_the_transcript_sees_it_neither(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "seen")
            run("--lang=zh", "-o", f"|env >{path}; cat", "true", env=environment())
            with open(path, encoding="utf-8") as file:
                self.assertNotIn("LANGUAGE", file.read())


if __name__ == "__main__":
    unittest.main()
