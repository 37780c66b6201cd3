"""What others say of a text: Mermaid's own parser, and one of GitHub's Markdown, from npm; they are
put into build/npm once."""

import fcntl
import json
import os
import shutil
import subprocess
import unittest

from traced import BUILD

FOLDER = os.path.join(BUILD, "npm")
READER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "parsers.mjs")
LIMIT = 120  # seconds; where there is no registry npm gives up by itself


def install():
    """Skips the test where it cannot be had."""
    if not shutil.which("node") or not shutil.which("npm"):
        raise unittest.SkipTest("node and npm are not installed")
    os.makedirs(FOLDER, exist_ok=True)
    # Tests beside this one want it too, and one that has failed need not be tried again.
    with open(os.path.join(FOLDER, "lock"), "a+", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.seek(0)
        failure = lock.read()
        if not failure and not os.path.isdir(os.path.join(FOLDER, "node_modules", "marked")):
            command = ["npm", "install", "--prefix", FOLDER, "--no-audit", "--no-fund",
                       "--fetch-retries=0", "mermaid", "jsdom", "marked"]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT,
                                      stdin=subprocess.DEVNULL, check=False)
                failure = "" if done.returncode == 0 else done.stderr.strip()[-300:]
            except subprocess.TimeoutExpired:
                failure = f"no answer within {LIMIT} s"
            lock.write(failure)
    if failure:
        raise unittest.SkipTest(f"npm cannot install them: {failure}")


def parse(kind, texts):
    install()
    done = subprocess.run(["node", READER, kind, FOLDER], input=json.dumps(texts), text=True,
                          capture_output=True, timeout=200, check=False)
    if done.returncode != 0:
        raise unittest.SkipTest(f"the parser does not run here: {done.stderr[-300:]}")
    return json.loads(done.stdout)


def complaints(diagrams):
    """For each Mermaid diagram what is wrong with it; "" if it is fine."""
    return parse("mermaid", diagrams)


def markdown_tokens(documents):
    """For each document its tokens, as https://marked.js.org/using_pro describes them."""
    return parse("markdown", documents)
