"""Random records in every format: what comes out is read by a parser that is not ours."""

import ast
import json
import unittest

import asciicast_test
import html_test
import python_format_test
import strace_test
from tampered import random_run
from traced import run

SEEDS = range(8)
COUNT = 400


def text(check, written):
    for line in written.split("\n"):
        check.assertTrue(line.isprintable(), line)


def strace(check, written):
    for line in written.splitlines():
        check.assertTrue(line.isascii() and line.isprintable(), line)
        strace_test.parse(line)


def jsonl(check, written):
    lines = [json.loads(line, parse_constant=check.fail) for line in written.splitlines()]
    check.assertEqual(len(lines), COUNT)
    check.assertTrue(all(isinstance(line, dict) for line in lines))


def perfetto(check, written):
    check.assertTrue(all("ph" in event for event in json.loads(written)))


def asciicast(_, written):
    asciicast_test.events(written)


def python(check, written):
    """Python that imports what our programs import, and calls nothing else."""
    ast.parse(written)
    python_format_test.Tampered.check(check, written)


def html(check, written):
    """The page has the elements of one without records, and a recording in its blocks."""
    blocks = ("script", {"type": "application/jsonl"})
    pages = [html_test.Page(page) for page in (written, random_run("html", 1, 0))]
    elements, own = ([element for element in page.elements if element != blocks]
                     for page in pages)
    check.assertEqual(elements, own)
    check.assertEqual(len([line for line in pages[0].records() if line["type"] != "words"]), COUNT)


PARSERS = {"text": text, "strace": strace, "perfetto": perfetto, "asciicast": asciicast,
           "jsonl": jsonl, "python": python, "html": html}
# Each in its own test: their parsers take long to start.
ELSEWHERE = {"markdown", "mermaid", "pcapng"}


class Random(unittest.TestCase):
    def test_every_format_has_its_parser(self):
        formats = [line.split()[0] for line in run("--list", "formats").stdout.splitlines()]
        self.assertEqual(set(formats), PARSERS.keys() | ELSEWHERE)

    def test_what_random_records_become_is_what_the_format_says(self):
        for form, parse in PARSERS.items():
            for seed in SEEDS:
                with self.subTest(form=form, seed=seed):
                    written = random_run(form, seed, COUNT)
                    self.assertGreater(len(written), COUNT)
                    parse(self, written)


if __name__ == "__main__":
    unittest.main()
