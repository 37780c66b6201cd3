"""Recordings that a stranger has tampered with: what `-o run.py` makes of them is Python that does
nothing but socket calls, as Python's own parser sees it."""

import ast
import random
import unittest

from tampered import recordings, replayed, tampered

DEMOS = ("thread-server", "select-server", "file-transfer")
ROUNDS = 40
MODULES = {"array", "fcntl", "os", "select", "socket", "struct", "sys", "termios", "threading",
           "contextlib"}
# What may be called by its own name, and what a module or an object is asked for.
FUNCTIONS = {"SystemExit", "bytes", "bytearray", "range", "suppress"}
FORBIDDEN = {"system", "popen", "exec", "execv", "spawnl", "open", "eval", "__import__"}


class Tampered(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.texts = recordings(*DEMOS)

    def check(self, text):
        tree = ast.parse(text)
        for node in ast.walk(tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) \
                    else [node.module]
                self.assertLessEqual(set(names), MODULES)
            if isinstance(node, ast.Attribute):
                self.assertNotIn(node.attr, FORBIDDEN)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                name = node.func.id
                self.assertTrue(name in FUNCTIONS or name.startswith("child"), name)

    def test_recordings_make_programs_that_make_socket_calls_alone(self):
        read = 0
        for seed in range(ROUNDS):
            text = tampered(random.Random(seed), self.texts[seed % len(self.texts)])
            with self.subTest(seed=seed):
                whole, programs = replayed(text, "run.py")
                read += whole
                self.assertTrue(programs)
                for program in programs.values():
                    self.check(program)
        # Most are still recordings.
        self.assertGreater(read, ROUNDS // 2)

    def test_the_recording_itself_makes_programs_that_run(self):
        _, programs = replayed(self.texts[0], "run.py")
        self.assertGreater(len(programs), 1)
        for program in programs.values():
            self.check(program)
            self.assertNotIn("does not run", program)


if __name__ == "__main__":
    unittest.main()
