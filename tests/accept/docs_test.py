"""The documents say what is so: commands run and print what stands below them, and each option,
path, link, function, demo, rule and topic that is named exists.

How a document marks a block, in a comment on the line above it:

    <!-- run -->               its lines `$ COMMAND` are run; each other line is printed by one of them,
    <!-- run status=1 -->      and the last command ends with this status (0 if none is named);
    <!-- run needs=jq -->      it is skipped where that program is not installed;
    <!-- file NAME -->         it is the text of that file, for the commands below;
    <!-- not run: REASON -->   a reader can run it, a test cannot.

A document's blocks are run in their order and in one folder, which has ./socktrace, build/, demos/ and
docs/ as the sources have. `...` stands for lines that are left out, and the line of the source at a call's end may be. Numbers that differ from run to run
(calls, ports, processes, seconds) are not compared, and neither is the order of lines: programs that run
at the same time take turns as the kernel likes.
"""

import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

if __name__ == "__main__":  # tests/run.py has the path set
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from traced import BUILD, CATALOGUE, ENVIRONMENT, LIMIT, SOCKTRACE, run

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DOCS = sorted(os.path.relpath(path, TOP) for path in
              glob.glob(os.path.join(TOP, "docs", "*.md")) + [os.path.join(TOP, "README.md")])
PAIRS = [("README.md", "docs/README.zh.md"), ("docs/tutorial.md", "docs/tutorial.zh.md")]
TRIES = 4  # what is printed may depend on who was faster

FENCE = re.compile(r"^( *)```(\w*)$")
MARK = re.compile(r"^ *<!-- (run|not run|file)\b(.*?)-->$")
# Words with a hyphen that are no demo, rule or topic.
OTHER_WORDS = {"clang-format", "clang-tidy"}
LANE = re.compile(r"(server|client)-\d")


def read(name):
    with open(os.path.join(TOP, name), encoding="utf-8") as file:
        return file.read()


class Block:
    def __init__(self, number, language, mark):
        self.number, self.language, self.mark, self.lines = number, language, mark, []

    def text(self):
        return "".join(line + "\n" for line in self.lines)

    def steps(self):
        """(command, what it prints) ...; a command goes on after a backslash or to its here-document's
        end."""
        steps = []
        for line in self.lines:
            if line.startswith("$ "):
                steps.append([line[2:], []])
            elif steps and steps[-1][0].endswith("\\"):
                steps[-1][0] += "\n" + line
            elif steps:
                steps[-1][1].append(line)
        return steps


def blocks_of(name):
    blocks, inside, mark, indent = [], None, None, 0
    for number, line in enumerate(read(name).splitlines(), 1):
        fence = FENCE.match(line)
        if fence and inside is None:
            inside, indent = Block(number, fence[2], mark), len(fence[1])
        elif fence:
            blocks.append(inside)
            inside = mark = None
        elif inside is not None:
            inside.lines.append(line[indent:])
        elif line.strip():
            found = MARK.match(line)
            mark = (found[1], found[2].strip(" :")) if found else None
    assert inside is None, f"{name}: a block that begins at line {inside.number} does not end"
    return blocks


def prose_of(name):
    """The text without its blocks and comments."""
    text = re.sub(r"^ *```\w*\n.*?^ *```$", "", read(name), flags=re.M | re.S)
    return re.sub(r"<!--.*?-->", "", text, flags=re.S)


def spans_of(name):
    """What stands between backquotes in the text."""
    return re.findall(r"`([^`\n]+)`", prose_of(name))


SAME = [
    (r"\s+", " "), (r"^ *\d+ (?=\S+ +\S)", ""), (r"\.\.\. (?=\w+\()", ""),
    (r"^(wire|state|报文|状态) ", ""), (r"127\.0\.0\.1:[3-6]\d{4}", "127.0.0.1:PORT"),
    (r"\bpid \d+", "pid PID"), (r"(waiting|等待接受) \d+( of |/)", r"\1 N\2"),
    (r"\d+ (s\b|秒)", r"N \1"), (r"#\d+", "#N"), (r"0x[0-9a-f]+", "0xADDRESS"),
    (r"\bcall \d+", "call N"), (r" [\w.+-]+\.(c|py):\d+( .*)?$", ""), (r" $", ""), (r"^ ", ""),
]


def comparable(line):
    for pattern, instead in SAME:
        line = re.sub(pattern, instead, line)
    return line


class Commands(unittest.TestCase):
    """Made below: one test for each document."""

    def run_steps(self, name, block, folder):
        status = 0
        for command, lines in block.steps():
            done = subprocess.run(
                ["bash", "-c", command], cwd=folder, stdin=subprocess.DEVNULL, text=True,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT, check=False,
                env={**ENVIRONMENT, "COLUMNS": "200"})
            status = done.returncode
            printed = {comparable(line) for line in done.stdout.splitlines()}
            missing = [line for line in lines
                       if line.strip() not in ("", "...") and comparable(line) not in printed]
            if missing:
                return (f"{name}, line {block.number}: {command}\ndoes not print\n"
                        + "\n".join(missing) + f"\nbut\n{done.stdout}")
        wanted = int((re.search(r"status=(\d+)", block.mark[1]) or [0, "0"])[1])
        if status != wanted:
            return f"{name}, line {block.number}: status {status}, not {wanted}\n{done.stdout}"
        return None

    def check(self, name):
        if name.endswith(".zh.md") and not os.path.exists(CATALOGUE):
            self.skipTest("msgfmt is not installed")
        with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
            for target, link in ((SOCKTRACE, "socktrace"), (BUILD, "build"),
                                 (os.path.join(TOP, "demos"), "demos"), (os.path.join(TOP, "docs"), "docs")):
                os.symlink(target, os.path.join(folder, link))
            for block in blocks_of(name):
                kind, words = block.mark or ("", "")
                if kind == "file":
                    with open(os.path.join(folder, words), "w", encoding="utf-8") as file:
                        file.write(block.text())
                needs = re.findall(r"needs=(\S+)", words)
                if kind != "run" or not all(shutil.which(program) for program in needs):
                    continue
                for _ in range(TRIES):
                    wrong = self.run_steps(name, block, folder)
                    if not wrong:
                        break
                self.assertIsNone(wrong, wrong)


def add_tests():
    def test_of(name):
        return lambda self: self.check(name)

    for name in DOCS:
        if any((block.mark or [""])[0] == "run" for block in blocks_of(name)):
            word = re.sub(r"\W", "_", name.removesuffix(".md"))
            setattr(Commands, f"test_what_{word}_shows_is_what_its_commands_print", test_of(name))


add_tests()


class Marks(unittest.TestCase):
    def test_each_session_is_run_or_says_why_not(self):
        for name in DOCS:
            for block in blocks_of(name):
                if block.language == "console":
                    self.assertIn((block.mark or [""])[0], ("run", "not run"), f"{name}, line {block.number}")

    def test_enough_is_run(self):
        """A document's marks could be lost without a word: then nothing would be tested."""
        counted = sum((block.mark or [""])[0] == "run" for name in DOCS for block in blocks_of(name))
        self.assertGreater(counted, 30)

    def test_a_stale_line_is_seen(self):
        """The test of the test: what is not printed, and a wrong status, are told."""
        test = Commands()
        for lines, mark in ((["$ echo two", "three"], ""), (["$ false"], ""), (["$ true"], "status=1")):
            block = Block(1, "console", ("run", mark))
            block.lines = lines
            self.assertIsNotNone(test.run_steps("a document", block, TOP), lines)
        block.lines = ["$ echo one; echo two", "..", "two"][:1] + ["two"]
        block.mark = ("run", "")
        self.assertIsNone(test.run_steps("a document", block, TOP))


class Names(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.help = run("--help").stdout
        cls.options = set(re.findall(r"--[a-z]+(?:-[a-z]+)*", cls.help)) | {"--no-follow"}
        cls.lists = {what: {line.split()[0] for line in run("--list", what).stdout.splitlines()}
                     for what in ("demos", "formats", "topics", "rules", "calls")}
        for what, known in cls.lists.items():
            assert len(known) > 4, what

    def commands(self, name):
        """Every line that calls socktrace, in blocks and in the text."""
        for block in blocks_of(name):
            for line in block.lines:
                if re.search(r"(^|[\s/])socktrace\s", line) and (
                        line.startswith("$ ") or block.language in ("sh", "")):
                    yield line.split(" # ")[0]
        for span in spans_of(name):
            if span.startswith(("-", "socktrace ", "./socktrace ")):
                yield span

    def test_each_option_is_in_the_help(self):
        for name in DOCS:
            for command in self.commands(name):
                # What is quoted belongs to the client, what stands before to another program.
                bare = re.sub(r"'[^']*'|\"[^\"]*\"", "", command)
                bare = re.sub(r"^.*?(?=socktrace\s)", "", bare)
                for option in re.findall(r"(?:^|\s)(--[a-z][a-z-]*)", bare):
                    self.assertIn(option, self.options, f"{name}: {command}")

    def test_each_demo_format_topic_and_rule_exists(self):
        for name in DOCS:
            for command in self.commands(name):
                for what, pattern in (("demos", r"--demo[ =](?!NAME)([\w-]+)"),
                                      ("formats", r"--format[ =](?!NAME)([\w-]+)"),
                                      ("topics", r"--explain[ =](?!TOPIC)([\w-]+)"),
                                      ("rules", r"--check=([\w,-]+)")):
                    for word in re.findall(pattern, command):
                        for part in word.split(","):
                            self.assertIn(part, self.lists[what] | {"RULE"}, f"{name}: {command}")
                for word in re.findall(r"--list[ =](\w+)", command):
                    self.assertIn(word, self.lists, f"{name}: {command}")

    def test_each_hyphenated_name_is_a_demo_rule_or_topic(self):
        known = self.lists["demos"] | self.lists["rules"] | self.lists["topics"] | OTHER_WORDS
        for name in DOCS:
            for span in spans_of(name):
                if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", span) and not LANE.fullmatch(span):
                    self.assertTrue(span in known, f"{name}: {span}")

    def test_each_ending_of_a_transcript_is_a_format(self):
        endings = {line.split()[1] for line in run("--list", "formats").stdout.splitlines()}
        for name in DOCS:
            for command in self.commands(name):
                # strace has -o too; a name without an ending is text.
                if command.startswith("strace"):
                    continue
                for path in re.findall(r"(?:^|\s)-o\s+([\w./-]*\.[\w.]+)", command):
                    self.assertTrue(path.endswith(tuple(endings)), f"{name}: {command}")

    def test_each_make_target_exists(self):
        makefile = read("Makefile")
        for name in DOCS:
            for target in re.findall(r"(?:`|\$ |^ {4,}|^)make ([a-z]\w+)\b", read(name), flags=re.M):
                self.assertRegex(makefile, rf"(?m)^{target}:", name)


class Places(unittest.TestCase):
    ROOMS = ("tracer", "formatters", "demos", "docs", "tests", "po", ".ci")

    def test_each_path_exists(self):
        seen = 0
        for name in DOCS:
            for span in spans_of(name):
                if re.fullmatch(rf"({'|'.join(map(re.escape, self.ROOMS))})/[\w./*-]*", span):
                    seen += 1
                    self.assertTrue(glob.glob(os.path.join(TOP, span)), f"{name}: {span}")
        self.assertGreater(seen, 50)

    def anchors(self, name):
        """What a heading is called in a link, as the forges make it."""
        for line in prose_of(name).splitlines():
            if line.startswith("#"):
                title = re.sub(r"[`*]", "", line.lstrip("#").strip().lower())
                yield re.sub(r"[^\w\- ]", "", title).replace(" ", "-")

    def test_each_link_leads_somewhere(self):
        seen = 0
        for name in DOCS:
            for target in re.findall(r"\]\(([^)\s]+)\)", prose_of(name)):
                if re.match(r"https?://", target):
                    continue
                path, _, anchor = target.partition("#")
                place = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
                self.assertTrue(os.path.exists(os.path.join(TOP, place)), f"{name}: {target}")
                if anchor:
                    self.assertIn(anchor, set(self.anchors(place)), f"{name}: {target}")
                seen += 1
        self.assertGreater(seen, 20)

    def test_each_function_is_where_it_is_said_to_be(self):
        seen = 0
        for name in DOCS:
            for function, path in re.findall(r"`(\w+)\(\)` \(`([^`]+\.[ch])`\)", prose_of(name)):
                seen += 1
                self.assertRegex(read(path), rf"(?m)^[a-z].*[ *]{function}\(", f"{name}: {path}")
        self.assertGreater(seen, 20)

    def test_each_function_that_is_named_in_inside_is_one_of_ours_or_a_call(self):
        sources = "".join(read(os.path.relpath(path, TOP)) for path in
                          glob.glob(os.path.join(TOP, "tracer", "**", "*.[ch]"), recursive=True)
                          + glob.glob(os.path.join(TOP, "formatters", "**", "*.[ch]"), recursive=True))
        for span in spans_of("docs/inside.md"):
            found = re.fullmatch(r"(\w+)\(\)", span)
            if found:
                self.assertRegex(sources, rf"\b{found[1]}\(", span)

    def test_each_document_is_reached_from_the_overview(self):
        overview = read("docs/README.md")
        for name in DOCS:
            if name.startswith("docs/") and name != "docs/README.md":
                self.assertIn(f"]({name.removeprefix('docs/')})", overview)


class Languages(unittest.TestCase):
    def headings(self, name):
        return [len(line) - len(line.lstrip("#")) for line in prose_of(name).splitlines()
                if line.startswith("#")]

    def demos(self, name):
        return [word for block in blocks_of(name) for line in block.lines
                for word in re.findall(r"--demo ([\w-]+)", line) if line.startswith("$ ")]

    def test_the_chinese_documents_have_the_headings_of_the_english_ones(self):
        for english, chinese in PAIRS:
            self.assertEqual(self.headings(english), self.headings(chinese), chinese)

    def test_the_chinese_documents_run_the_same_demos(self):
        for english, chinese in PAIRS:
            self.assertEqual(self.demos(english), self.demos(chinese), chinese)

    def test_each_question_has_its_folded_answer(self):
        for name in PAIRS[1]:
            text = read(name)
            self.assertGreater(text.count("<details>"), 15, name)
            self.assertEqual(text.count("<details>"), text.count("</details>"), name)
        self.assertEqual(*(read(name).count("<details>") for name in PAIRS[1]))


if __name__ == "__main__":
    unittest.main()
