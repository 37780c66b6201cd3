"""Chinese and English: how the language is chosen, and what the traced program sees of it."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unicodedata
import unittest

from traced import CATALOGUE, PYTHON, SOCKTRACE, run, trace

IDEOGRAPH = "[\u3400-\u9fff]"
# A failure that needs no rule: the sentence is that of the errno.
FAILS = (PYTHON, "-c", """
import socket
try:
    socket.socket(999, socket.SOCK_STREAM)
except OSError:
    pass
""")
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


def played(*options):
    """A demo with the text and the recording that it gave."""
    with tempfile.TemporaryDirectory() as folder:
        text, record = os.path.join(folder, "run.txt"), os.path.join(folder, "run.jsonl")
        done = run("-o", text, "-o", record, *options, env=environment(), timeout=60)
        if done.returncode == 125 and "namespace" in done.stderr:
            raise unittest.SkipTest(done.stderr.strip())
        assert done.returncode == 0, done.stderr
        return read(text), read(record)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def replayed(record, lang):
    """The same recording's text, and the recording anew, in that language."""
    with tempfile.TemporaryDirectory() as folder:
        given = os.path.join(folder, "given.jsonl")
        with open(given, "w", encoding="utf-8") as file:
            file.write(record)
        return played(f"--lang={lang}", "--replay", given)


@unittest.skipUnless(os.path.exists(CATALOGUE), "there is no catalogue: msgfmt is not installed")
class Replay(unittest.TestCase):
    maxDiff = None

    def there_and_back(self, lang, other, *options):
        text, record = played(f"--lang={lang}", *options)
        translated = replayed(record, other)
        self.assertNotEqual(translated[0], text)
        back = replayed(translated[1], lang)
        self.assertEqual(back, (text, record))
        header = json.loads(translated[1].split("\n", 1)[0])
        self.assertEqual(header["lang"], other)
        if "title" in header:
            self.assertEqual(header["title"], header["titles"][other])
            self.assertTrue(translated[0].startswith(header["title"] + "\n"))
        return translated

    def test_what_was_recorded_in_english_is_told_in_chinese_as_if_it_had_been_so(self):
        text, _ = self.there_and_back("en", "zh", "--demo", "address-in-use")
        self.assertRegex(text, "\n +状态  .*\n")
        text, record = self.there_and_back("en", "zh", *FAILS)
        self.assertIn("原因    内核不认识这个地址族", text)
        self.assertIn("内核不认识这个地址族", record)
        self.assertNotIn("The kernel does not know", text + record)

    def test_what_was_recorded_in_chinese_is_told_in_english_as_if_it_had_been_so(self):
        text, _ = self.there_and_back("zh", "en", "--demo", "address-in-use")
        self.assertNotRegex(text, IDEOGRAPH)
        text, record = self.there_and_back("zh", "en", *FAILS)
        self.assertIn("why     The kernel does not know this address family", text)
        self.assertNotRegex(text + record, IDEOGRAPH)

    def test_a_note_that_nobody_knows_keeps_its_words(self):
        _, record = played("--lang=en", *FAILS)
        record = record.replace('"id":"errno"', '"id":"of-tomorrow"')
        text, again = replayed(record, "zh")
        self.assertIn("原因    The kernel does not know this address family", text)
        self.assertIn("of-tomorrow", again)

    def test_a_recording_without_translations_keeps_its_title(self):
        _, record = played("--lang=en", "--demo", "refused")
        header, rest = record.split("\n", 1)
        header = json.loads(header)
        del header["titles"], header["lessons"]
        text, _ = replayed(json.dumps(header) + "\n" + rest, "zh")
        self.assertTrue(text.startswith(header["title"]))
        self.assertIn("状态码 1", text)


def columns(text):
    """As a terminal shows it: a wide character takes two columns, the second of them empty."""
    return "".join(letter + ("\0" if unicodedata.east_asian_width(letter) in "WF" else "")
                   for letter in text)


def cells(line):
    """Where the cells of a table's line begin, and where they end."""
    return [match.span() for match in re.finditer(r"\S+(?: \S+)*", line)]


@unittest.skipUnless(os.path.exists(CATALOGUE), "there is no catalogue: msgfmt is not installed")
class Columns(unittest.TestCase):
    def check_table(self, lines):
        heads = cells(lines[0])
        for line in lines[1:]:
            for start, end in cells(line):
                self.assertTrue(any(start == head[0] or end == head[1] for head in heads),
                                "\n".join(lines))

    def test_tables_line_up(self):
        text, _ = played("--lang=zh", "--sockets", "--demo", "client-killed")
        for title in ("连接", "套接字"):
            lines = [columns(line) for line in text.split(f"\n{title}\n")[1].split("\n")]
            table = lines[: lines.index("")]
            self.assertGreater(len(table), 2)
            self.check_table(table)

    def test_the_lines_below_a_call_begin_in_one_column(self):
        text, _ = played("--lang=zh", "--demo", "address-in-use")
        starts, labels = set(), set()
        for line in map(columns, text.split("\n\n", 1)[1].splitlines()):
            if match := re.match(r" {15,17}(\S+) +(?=\S)", line):
                starts.add((re.match(" *", line).end(), match.end()))
                labels.add(match.group(1).replace("\0", ""))
        self.assertTrue({"python", "状态", "报文", "原因", "改正", "验证"} <= labels, labels)
        self.assertTrue(all(words == label + 8 for label, words in starts), starts)

    def test_a_header_is_a_box_with_straight_sides(self):
        text, _ = played("--lang=zh", "--wire=full", "--demo", "echo")
        widths = [len(columns(line).strip()) for line in text.splitlines()
                  if re.match(r" {10,}[|+]", line)]
        self.assertGreater(len(widths), 100)
        self.assertEqual(set(widths), {65})
        self.assertIn("窗口扩大", text)


@unittest.skipUnless(os.path.exists(CATALOGUE), "there is no catalogue: msgfmt is not installed")
class AnyUser(unittest.TestCase):
    def test_an_ordinary_user_is_told_in_chinese_where_no_chinese_locale_is_installed(self):
        installed = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False,
                                   timeout=30).stdout
        if re.search("^zh_CN", installed, re.M):
            self.skipTest("zh_CN is installed here")
        user = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run([SOCKTRACE, *FAILS], capture_output=True, check=False,
                              env=environment(LANG="zh_CN.UTF-8"), timeout=60, cwd="/", **user)
        shown = done.stderr.decode()
        self.assertEqual(done.returncode, 0, shown)
        self.assertIn("原因    内核不认识这个地址族", shown)


if __name__ == "__main__":
    unittest.main()
