"""The manual page: as complete as the program's own table of options, and well formed."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from traced import BUILD, needs, run

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PAGE = os.path.join(BUILD, "docs", "socktrace.1")
SOURCE = os.path.join(ROOT, "docs", "socktrace.1.in")


def section(name):
    with open(PAGE, encoding="utf-8") as file:
        return re.search(rf'^\.SH "?{name}"?\n(.*?)(?=^\.SH )', file.read(), re.M | re.S).group(1)


def plain(roff):
    """Without fonts, and with hyphens that are hyphens."""
    return re.sub(r"\\f[BIR]", "", roff).replace(r"\-", "-")


class Manual(unittest.TestCase):
    def test_it_has_every_option_of_the_table_and_no_other(self):
        headings = [plain(line) for line in re.findall(r"^\.TP\n(.*)$", section("OPTIONS"), re.M)]
        found = {word for line in headings for word in re.findall(r"(?:^|, )(--?[A-Za-z][a-z-]*)", line)}
        table = [line.split(maxsplit=4) for line in run("--list", "options").stdout.splitlines()]
        self.assertGreater(len(table), 30)
        self.assertEqual(found, {word for row in table for word in row[:2]} - {"-"})

    def test_what_help_says_of_an_option_stands_there_too(self):
        text = " ".join(plain(section("OPTIONS")).split()).lower()
        for line in run("--list", "options").stdout.splitlines():
            summary = line.split(maxsplit=4)[4].lower()
            self.assertIn(summary, text)

    def test_it_has_every_format_and_the_end_of_its_names(self):
        text = plain(section("FORMATS"))
        for line in run("--list", "formats").stdout.splitlines():
            name, extension, _ = line.split(maxsplit=2)
            self.assertIn(f"\n{name} ({extension})\n", text)

    def test_it_shows_every_way_to_call_it(self):
        ways = re.findall(r"^  (socktrace .*)$", run("--help").stdout, re.M)
        self.assertGreater(len(ways), 5)
        self.assertEqual([line for line in plain(section("SYNOPSIS")).splitlines() if line[0] != "."], ways)

    def test_it_has_the_sections_that_people_look_for(self):
        with open(PAGE, encoding="utf-8") as file:
            found = re.findall(r'^\.SH "?(.*?)"?$', file.read(), re.M)
        for name in ("NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "ENVIRONMENT", "FILES",
                     "NOTES", "EXAMPLES", "BUGS", "SEE ALSO"):
            self.assertIn(name, found)

    def test_man_warns_of_nothing(self):
        needs("man", "groff")
        done = subprocess.run(["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", PAGE],
                              capture_output=True, text=True, check=False, timeout=60,
                              env={**os.environ, "MANROFFSEQ": "", "MANWIDTH": "80"})
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_mandoc_finds_nothing_to_mend(self):
        needs("mandoc")
        done = subprocess.run(["mandoc", "-Tlint", PAGE], capture_output=True, text=True, check=False,
                              timeout=60)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_words_about_an_option_that_does_not_exist_are_an_error(self):
        with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
            source = os.path.join(folder, "socktrace.1.in")
            for wrong in ("@option fnord\n", "@option attach\n@option attach\n"):
                with open(SOURCE, encoding="utf-8") as file:
                    text = file.read().replace("@options\n", "@options\n" + wrong, 1)
                with open(source, "w", encoding="utf-8") as file:
                    file.write(text)
                done = subprocess.run(
                    [shutil.which("awk"), "-v", "version=1", "-f", os.path.join(ROOT, "docs", "man.awk"),
                     PAGE + ".options", PAGE + ".formats", PAGE + ".help", source],
                    capture_output=True, text=True, check=False, timeout=30)
                self.assertNotEqual(done.returncode, 0, wrong)
                self.assertIn(wrong.split()[1], done.stderr)


if __name__ == "__main__":
    unittest.main()
