"""Every rule of `socktrace --list rules`, on a program that makes the mistake and on the nearest
that does not: it fires with its evidence, is silent, and the command it names shows what it says.

The programs are ID.py beside this file (mistakes.py says how they are made).
"""

import glob
import importlib.util
import os
import re
import sys
import unittest

FOLDER = os.path.dirname(os.path.abspath(__file__))
if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(FOLDER))

from traced import PYTHON, run, trace

RULES = {line.split()[0]: line.split(maxsplit=2)[1:]
         for line in run("--list", "rules").stdout.splitlines()}


def program_of(rule):
    return os.path.join(FOLDER, f"{rule}.py")


def load(rule):
    """The program as a module, for what it promises."""
    sys.path.insert(0, FOLDER)
    spec = importlib.util.spec_from_file_location(rule.replace("-", "_"), program_of(rule))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def notes_of(record, rule):
    return [note for line in record.lines for note in line.get("notes", [])
            if note["id"] == rule]


class Case:
    """One rule; the test classes are made from the list."""

    rule = ""

    def play(self, how, *options, **environment):
        module = load(self.rule)
        done, record = trace(*getattr(module, "OPTIONS", ["--isolate"]), *options,
                             PYTHON, program_of(self.rule), how,
                             env={**os.environ, **environment})
        if done.returncode == 125 and "namespace" in done.stderr:
            self.skipTest(done.stderr.strip())
        self.assertEqual(done.returncode, getattr(module, "STATUS", 0) if how == "wrong" else 0,
                         done.stderr)
        return done, record

    def fired(self, *options, **environment):
        done, record = self.play("wrong", *options, **environment)
        notes = notes_of(record, self.rule)
        self.assertTrue(notes, [line for line in record.lines if "notes" in line])
        return done, record, notes

    def test_it_fires_and_says_so_in_the_terms_of_the_run(self):
        _, record, notes = self.fired()
        severity = RULES[self.rule][0]
        mistakes = record.of("end")[0].get("mistakes", [])
        self.assertEqual(self.rule in mistakes, severity == "mistake")
        self.assertRegex(notes[0]["text"], load(self.rule).SAYS)
        for note in notes:
            self.assertEqual(note["severity"], severity)
            self.assertTrue(note["evidence"])
            for key in ("text", "fix", "check"):
                self.assertNotRegex(note.get(key, ""), "[{}]", note)

    def test_the_nearest_correct_program_makes_no_mistake(self):
        _, record = self.play("right")
        self.assertEqual(notes_of(record, self.rule), [])
        self.assertEqual(record.of("end")[0].get("mistakes", []), [])

    def test_the_command_shows_what_is_claimed(self):
        _, _, notes = self.fired()
        shows = load(self.rule).SHOWS
        self.assertEqual(shows is None, "check" not in notes[0], notes[0])
        if shows is None:
            return
        # Another run has another pid, and the program is the shell's parent.
        own = notes[0]["params"].get("pid", "$PPID")
        done, _, _ = self.fired(CHECK=notes[0]["check"].replace(own, "$PPID"))
        shown = re.search("<check>(.*?)</check>", done.stdout, re.S)
        self.assertIsNotNone(shown, done.stdout)
        self.assertRegex(shown[1], shows)


for name in RULES:
    case = type(name, (Case, unittest.TestCase), {"rule": name, "__module__": __name__})
    globals()["Rule_" + name.replace("-", "_")] = case


class Programs(unittest.TestCase):
    def test_each_rule_has_one_and_nothing_else_is_here(self):
        here = {os.path.basename(path).removesuffix(".py")
                for path in glob.glob(os.path.join(FOLDER, "*-*.py"))}
        alone = {rule for rule in RULES if "-" not in rule and os.path.exists(program_of(rule))}
        self.assertEqual(here | alone, set(RULES))


if __name__ == "__main__":
    unittest.main()
