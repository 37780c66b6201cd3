"""Recordings that a stranger has tampered with: what `-o run.py` makes of them is Python that does
nothing but socket calls, as Python's own parser sees it."""

import ast
import json
import os
import random
import tempfile
import unittest

from traced import run

DEMOS = ("thread-server", "select-server", "file-transfer")
ROUNDS = 40
PIECES = ["'", '"', "\\", "\n", "\r", "\x01s1;", "\x0c", "\u2028", "\u202e", "#", "'''",
          '"""', ")", "(", ";", ":", "=", " ", ",", "\\N{DIGIT ONE}", "\\x", "0", "sock", "conn2",
          "os.system('true')", "import os\n", "lambda: 0", "coding: utf-16", "你好"]
MODULES = {"array", "fcntl", "os", "select", "socket", "struct", "sys", "termios", "threading",
           "contextlib"}
# What may be called by its own name, and what a module or an object is asked for.
FUNCTIONS = {"SystemExit", "bytes", "bytearray", "range", "suppress"}
FORBIDDEN = {"system", "popen", "exec", "execv", "spawnl", "open", "eval", "__import__"}


def strings_of(value):
    """All places where a string stands: (container, key)."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, item in list(items):
        if isinstance(item, str):
            yield value, key
        elif isinstance(item, (dict, list)):
            yield from strings_of(item)


def tampered(rng, text):
    """A string with something put in, left out or put in its place."""
    at = rng.randrange(len(text) + 1)
    end = min(len(text), at + rng.randrange(3))
    return text[:at] + rng.choice(PIECES) + text[end:]


def tamper(rng, lines):
    for line in lines:
        for container, key in strings_of(line):
            # With another type or state, or a payload of another length, it would be no recording.
            if key in ("code", "raises", "lane", "text", "program", "title", "call", "started") \
                    and "captured" not in container and rng.random() < 0.2:
                container[key] = tampered(rng, container[key])
    return lines


def generated(lines, *options):
    with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
        recording = os.path.join(folder, "run.jsonl")
        with open(recording, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
        done = run("--replay", recording, "-o", os.path.join(folder, "run.py"), *options)
        texts = []
        for name in sorted(os.listdir(folder)):
            if name.endswith(".py"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    texts.append(file.read())
    return done, texts


class Tampered(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.texts = []
        for demo in DEMOS:
            with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
                path = os.path.join(folder, "run.jsonl")
                done = run("-o", path, "--demo", demo, timeout=60)
                if done.returncode == 125 and "namespace" in done.stderr:
                    raise unittest.SkipTest(done.stderr.strip())
                with open(path, encoding="utf-8") as file:
                    cls.texts.append(file.read())

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
            rng = random.Random(seed)
            text = self.texts[seed % len(self.texts)]
            lines = tamper(rng, [json.loads(line) for line in text.splitlines()])
            with self.subTest(seed=seed):
                done, texts = generated(lines)
                read += done.returncode == 0
                self.assertTrue(texts)
                for text in texts:
                    self.check(text)
        # Most are still recordings.
        self.assertGreater(read, ROUNDS // 2)

    def test_the_recording_itself_makes_programs_that_run(self):
        _, texts = generated([json.loads(line) for line in self.texts[0].splitlines()])
        self.assertGreater(len(texts), 1)
        for text in texts:
            self.check(text)
            self.assertNotIn("does not run", text)


if __name__ == "__main__":
    unittest.main()
