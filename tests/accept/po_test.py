"""The catalogues in po/: nothing is missing, and what a sentence has places for is in both languages."""

import ast
import os
import re
import shutil
import subprocess
import tempfile
import unittest

from traced import needs

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PO = os.path.join(ROOT, "po")
TEMPLATE = os.path.join(PO, "socktrace.pot")
CHINESE = os.path.join(PO, "zh_CN.po")

IDEOGRAPH = r"[\u3400-\u9fff]"
# printf(3) as gettext writes it: %s, %2$s, %.*s, %<PRIu64>, %3$<PRIu64>
DIRECTIVE = re.compile(r"%(?:(\d+)\$)?[-0 #+]*(?:\d+|\*)?(?:\.(?:\d+|\*))?"
                       r"(<\w+>|(?:hh|h|ll|l|z|j|t)?[diouxXcsp%])")
# {port}, {count:connection|connections}
PLACE = re.compile(r"\{(\w+)(?::[^{}]*)?\}")
# The common ones; a simplified text has none of them.
TRADITIONAL = ("個們來這說時會對後發開關閉門問間題應該實現資訊傳輸號數據庫隊確認監聽複進離線變動執緒錯誤記錄"
               "請選擇顯檢無為與從過還種類點讀寫網連")


class Message:
    def __init__(self, lines):
        self.flags = {flag.strip() for line in lines if line.startswith("#,")
                      for flag in line[2:].split(",")}
        self.obsolete = any(line.startswith("#~") for line in lines)
        self.parts = {}
        part = None
        for line in lines:
            line = re.sub(r"^#~ ?", "", line)
            if match := re.match(r'(msgid_plural|msgid|msgstr(?:\[\d\])?) (".*")$', line):
                part = match.group(1)
                self.parts[part] = ast.literal_eval(match.group(2))
            elif line.startswith('"'):
                self.parts[part] += ast.literal_eval(line)
        self.one = self.parts.get("msgid", "")
        self.many = self.parts.get("msgid_plural", self.one)

    def key(self):
        return self.one, self.many

    def translations(self):
        return [words for part, words in self.parts.items() if part.startswith("msgstr")]


def messages(path):
    with open(path, encoding="utf-8") as file:
        blocks = re.split(r"\n{2,}", file.read())
    found = [Message(block.split("\n")) for block in blocks]
    return [message for message in found if message.one]  # an empty one is the header


def directives(words):
    """What printf() takes, by its place among the arguments."""
    taken, place = {}, 0
    for number, kind in DIRECTIVE.findall(words):
        if kind == "%":
            continue
        place = int(number) if number else place + 1
        taken[place] = kind
    return taken


def places(words):
    return set(PLACE.findall(words))


def misplaced(words):
    """Punctuation that is half-width where it belongs to a Chinese sentence; None: there is none."""
    wrong = re.search(rf"{IDEOGRAPH}[,;:!?()]|{IDEOGRAPH}\.(?!\.)|[,;?] ?{IDEOGRAPH}", words)
    if wrong:
        return wrong.group()
    return None if words.count("（") == words.count("）") else "（）"


class Checks(unittest.TestCase):
    """What follows finds what it looks for."""

    def test_directives_are_told_apart_by_their_places(self):
        self.assertEqual(directives("%s has %<PRIu64> of %%"), {1: "s", 2: "<PRIu64>"})
        self.assertEqual(directives("%2$<PRIu64> %1$s"), directives("%s %<PRIu64>"))
        self.assertNotEqual(directives("%s %<PRIu64>"), directives("%<PRIu64> %s"))
        self.assertNotEqual(directives("%d"), directives(""))

    def test_a_choice_of_words_is_the_place_of_its_number(self):
        self.assertEqual(places("{count} {count:end|ends} of {port}"), places("{port} {count}"))
        self.assertNotEqual(places("{port}"), places("{address}"))

    def test_half_width_punctuation_is_found(self):
        for words in ("连接,关闭", "连接.", "连接(TCP)", "TCP, 连接", "连接（TCP"):
            self.assertTrue(misplaced(words), words)
        for words in ("连接，关闭。", "send(fd, data)，不带地址", "另有 3 个...", "（TCP）"):
            self.assertIsNone(misplaced(words), words)


class Catalogue(unittest.TestCase):
    def setUp(self):
        needs("xgettext", "msgmerge", "msgfmt")

    def test_what_is_to_be_translated_was_gathered_from_these_sources(self):
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(CHINESE, folder)
            build = os.path.relpath(os.environ.get("BUILD", "build"), ROOT)
            done = subprocess.run(
                ["make", "--no-print-directory", "po", f"PO={folder}", f"BUILD={build}"],
                capture_output=True, text=True, check=False, timeout=100, cwd=ROOT,
                env={name: value for name, value in os.environ.items() if "MAKE" not in name})
            self.assertEqual(done.returncode, 0, done.stderr)
            now = {message.key() for message in messages(os.path.join(folder, "socktrace.pot"))}
        kept = {message.key() for message in messages(TEMPLATE)}
        self.assertGreater(len(now), 500)
        self.assertEqual((now - kept, kept - now), (set(), set()), "run: make po")

    def test_nothing_is_left_untranslated(self):
        wanted = {message.key() for message in messages(TEMPLATE)}
        given = {message.key() for message in messages(CHINESE)}
        self.assertEqual((wanted - given, given - wanted), (set(), set()), "run: make po")
        for message in messages(CHINESE):
            self.assertTrue(message.translations() and all(message.translations()), message.one)
            self.assertNotIn("fuzzy", message.flags, message.one)
            self.assertFalse(message.obsolete, message.one)

    def test_msgfmt_finds_nothing_wrong(self):
        done = subprocess.run(["msgfmt", "--check", "-o", os.devnull, CHINESE],
                              capture_output=True, text=True, check=False, timeout=30)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_both_languages_have_the_same_places(self):
        for message in messages(CHINESE):
            for words in message.translations():
                self.assertEqual(places(words), places(message.many), message.one)
                if "c-format" in message.flags:
                    self.assertEqual(directives(words), directives(message.many), message.one)

    def test_what_is_quoted_as_code_is_the_same(self):
        code = re.compile(r"\b(?:[A-Z]{2,}_[A-Z_]+|E[A-Z]{3,}|SIG[A-Z0-9]+)\b|--[a-z-]+")
        for message in messages(CHINESE):
            for words in message.translations():
                self.assertEqual(set(code.findall(message.many)), set(code.findall(words)),
                                 message.one)

    def test_chinese_has_its_own_punctuation_and_characters(self):
        for message in messages(CHINESE):
            for words in message.translations():
                self.assertIsNone(misplaced(words), words)
                self.assertFalse(set(words) & set(TRADITIONAL), words)


if __name__ == "__main__":
    unittest.main()
