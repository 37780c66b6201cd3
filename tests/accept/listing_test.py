"""The files of the source are recorded once, and stand in the documents made of a run."""

import json
import os
import re
import tempfile
import unittest

from traced import ENVIRONMENT, PYTHON, run

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def record(*words, **options):
    """The record's lines, and what a replay makes of it as markdown."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "run.jsonl")
        live, again = os.path.join(folder, "live.md"), os.path.join(folder, "again.md")
        run("-q", "-o", path, "-o", live, *words, env=ENVIRONMENT, **options)
        run("--replay", path, "-o", again)
        with open(path, encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        with open(live, encoding="utf-8") as first, open(again, encoding="utf-8") as second:
            markdown = first.read()
            assert markdown == second.read(), "a replay makes other lecture notes"
    return lines, markdown


def listings(lines):
    return [line for line in lines if line["type"] == "listing"]


class Listings(unittest.TestCase):
    def check_before_use(self, lines):
        known = {}
        used = 0
        for line in lines:
            if line["type"] == "listing":
                known[line["file"]] = line["text"].split("\n")
            source = line.get("source", {})
            if source.get("text"):
                used += 1
                self.assertEqual(known[source["file"]][source["line"] - 1].rstrip("\r"), source["text"])
        self.assertGreater(used, 10)

    def test_each_c_file_is_recorded_whole_before_its_first_call(self):
        lines, _ = record("--demo", "echo")
        found = listings(lines)
        self.assertEqual(sorted(os.path.basename(line["file"]) for line in found), ["client.c", "server.c"])
        for line in found:
            with open(os.path.join(TOP, "demos", "echo", os.path.basename(line["file"])),
                      encoding="utf-8") as file:
                self.assertEqual(line["text"], file.read())
            self.assertEqual(line["language"], "c")
        self.check_before_use(lines)

    def test_so_is_each_python_file(self):
        lines, _ = record("--demo", "echo", "--python")
        self.assertEqual(sorted(os.path.basename(line["file"]) for line in listings(lines)),
                         ["client.py", "server.py"])
        self.assertEqual({line["language"] for line in listings(lines)}, {"python"})
        self.check_before_use(lines)

    def test_many_processes_of_one_program_have_one_listing(self):
        lines, _ = record("--demo", "fork-server")
        self.assertGreater(len({line["pid"] for line in lines if line["type"] == "call"}), 3)
        self.assertEqual(len(listings(lines)), 2)

    def test_a_file_that_was_changed_is_listed_anew(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, kind in (("one", "SOCK_STREAM"), ("two", "SOCK_DGRAM")):
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(f"import socket\nsocket.socket(socket.AF_INET, socket.{kind})\n")
            lines, _ = record("sh", "-c", f"cd {folder}; for i in one one two two one; do "
                                          f"cp $i same.py; {PYTHON} same.py; done")
        texts = [line["text"] for line in listings(lines)]
        self.assertEqual([re.search(r"SOCK_\w+", text)[0] for text in texts],
                         ["SOCK_STREAM", "SOCK_DGRAM", "SOCK_STREAM"])

    def test_without_source_there_is_none(self):
        lines, markdown = record("--source=off", "--demo", "echo")
        self.assertEqual(listings(lines), [])
        self.assertNotIn("## Sources", markdown)

    def test_what_is_too_large_or_no_text_is_not_listed(self):
        for rest in (b"# " + b"x" * 70 + b"\n") * 4000, b"# \xff\n", b"# a\0b\n":
            with tempfile.TemporaryDirectory() as folder, self.subTest(rest[:8]):
                path = os.path.join(folder, "odd.py")
                with open(path, "wb") as file:
                    file.write(b"import socket\nsocket.socket()\n" + rest)
                lines, _ = record(PYTHON, path)
                self.assertEqual(listings(lines), [])

    def test_lecture_notes_show_the_line_of_each_call_and_the_files(self):
        _, markdown = record("--demo", "echo")
        self.assertRegex(markdown, r"\*\* `listen\(3, 5\) = 0`\n\n`[^`]*server\.c:\d+`\n\n"
                                   r"```c\nif \(listen\(sock, 5\) < 0\)\n```\n")
        sources = markdown[markdown.index("\n## Sources\n"):]
        self.assertEqual(len(re.findall(r"^### `.*\.c`$", sources, re.M)), 2)
        self.assertRegex(sources, r"(?m)^ +\d+  \s+if \(listen\(sock, 5\) < 0\)$")


if __name__ == "__main__":
    unittest.main()
