"""Recordings that a stranger has tampered with, and records that nobody ever recorded."""

import json
import os
import subprocess
import tempfile
import unittest

from traced import BUILD, run

# What formats have been broken with.
PIECES = ["'", '"', "\\", "\n", "\r", "\x01s1;", "\x0c", "\u2028", "\u202e", "#", "'''", '"""',
          ")", "(", ";", ":", "=", " ", ",", "`", "```", "|", "%%", "%%{init: {}}%%", "<b>", "-->",
          "<script>alert(1)</script>", "&lt;", "#35;", "#x;", "end", "---", "style a:b #c;", "](x)",
          "![", "$$", "~~~", "wrap:", "<br/>", "{", "}", "@all", "你好", "\\N{DIGIT ONE}", "\\x",
          "0", "sock", "conn2", "os.system('true')", "import os\n", "lambda: 0",
          "coding: utf-16"]
KEYS = ("code", "raises", "lane", "text", "program", "title", "lesson", "call", "started",
        "address", "fix", "check", "id", "value", "kernel", "local", "remote")


def recordings(*demos):
    """What the demos record; skipped where there may be no isolated network."""
    texts = []
    for demo in demos:
        with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
            path = os.path.join(folder, "run.jsonl")
            done = run("-o", path, "--demo", demo, timeout=60)
            if done.returncode == 125 and "namespace" in done.stderr:
                raise unittest.SkipTest(done.stderr.strip())
            with open(path, encoding="utf-8") as file:
                texts.append(file.read())
    return texts


def strings_of(value):
    """All places where a string stands: (container, key)."""
    for key, item in list(value.items() if isinstance(value, dict) else enumerate(value)):
        if isinstance(item, str):
            yield value, key
        elif isinstance(item, (dict, list)):
            yield from strings_of(item)


def tampered(rng, text):
    """The recording, with something put in, left out or put in its place here and there."""
    lines = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        for container, key in strings_of(line):
            # With another type or state, or a payload of another length, it would be no recording.
            payload = "captured" in container if isinstance(container, dict) else False
            named = key in KEYS or (line["type"] in ("header", "process") and
                                    isinstance(container, list))
            if not named or payload or rng.random() > 0.15:
                continue
            if key == "value" and container.get("kind") != "endpoint":
                continue
            old = container[key]
            if old.isdigit():  # a socket's id
                continue
            at = rng.randrange(len(old) + 1)
            container[key] = old[:at] + rng.choice(PIECES) + old[at + rng.randrange(3):]
    return "".join(json.dumps(line) + "\n" for line in lines)


def replayed(text, name, *options):
    """The recording as that file: whether it was read to its end, and {file name: content}."""
    with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
        recording = os.path.join(folder, "recording.jsonl")
        with open(recording, "w", encoding="utf-8") as file:
            file.write(text)
        done = run("--replay", recording, "-o", os.path.join(folder, name), *options)
        contents = {}
        for made in sorted(os.listdir(folder)):
            if made != "recording.jsonl":
                with open(os.path.join(folder, made), encoding="utf-8", newline="") as file:
                    contents[made] = file.read()
    return done.returncode == 0, contents


def random_run(form, seed, count):
    """So many random records (tests/unit/random_records.h) in that format."""
    writer = os.path.join(BUILD, "tests", "programs", "random_records")
    return subprocess.run([writer, form, str(seed), str(count)], check=True, timeout=60,
                          capture_output=True).stdout.decode("utf-8")
