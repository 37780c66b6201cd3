#!/usr/bin/env python3
"""Runs every test, or those whose names contain one of the words given.

Units are programs ($BUILD/tests/unit/*_test, Check), and so are fuzzers
($BUILD/fuzz/*_fuzz, run by tests/fuzz/run.py); the rest are unittest files in tests/accept,
tests/golden, tests/demos, tests/rules and tests/browser, and the quick part of tests/torture; with
--torture as the first word, all of tests/torture and the tests of failure at their full size, and
nothing else. A test that cannot run says why and counts as
skipped.
"""

import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import time
import unittest

BUILD = os.environ.get("BUILD", "build")
LIMIT = 240  # seconds for one file of tests; a hang is a failure
LONG_LIMIT = 900
# Part of `make check`, which `make torture` runs at their full size.
BOTH = ["tests/accept/killed_test.py", "tests/accept/memory_out_test.py"]
LONG = ("/torture/", "/package_test.py", "/portable_test.py", *BOTH)  # under full load; a whole build


class Result(unittest.TextTestResult):
    """Says why a test was skipped, once more at the end."""

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        print(f"\nSKIPPED {test.id()}: {reason}", flush=True)


def run_one(path):
    """In a process of its own: one file of unittests."""
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__))))
    sys.path.insert(0, os.path.dirname(os.path.abspath(path)))
    name = os.path.splitext(os.path.basename(path))[0]
    suite = unittest.defaultTestLoader.loadTestsFromName(name)
    result = unittest.TextTestRunner(
        stream=sys.stdout, verbosity=1, resultclass=Result
    ).run(suite)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    skipped = len(result.skipped)
    passed = max(0, result.testsRun - failed - skipped)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed else 0


def command_of(path):
    if path.endswith(".sh"):
        return ["sh", path]
    if path.endswith(".py"):
        return [sys.executable, os.path.abspath(__file__), "--one", path]
    if path.endswith("_fuzz"):
        return [sys.executable, "tests/fuzz/run.py", path]
    return [path]


def run(path):
    limit = LONG_LIMIT if any(part in path for part in LONG) else LIMIT
    started = time.monotonic()
    try:
        done = subprocess.run(
            command_of(path),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=limit,
            check=False,
            # Check gives each test four seconds, which a busy machine may need for itself.
            env={**os.environ, "CK_DEFAULT_TIMEOUT": "60"},
        )
        text, status = done.stdout.decode(errors="replace"), done.returncode
    except subprocess.TimeoutExpired as error:
        text, status = (error.stdout or b"").decode(errors="replace"), -1
        text += f"\nstill running after {limit} s: ended\n"
    counts = re.findall(r"(\d+) passed, (\d+) failed(?:, (\d+) skipped)?", text)
    passed, failed, skipped = (int(n or 0) for n in counts[-1]) if counts else (0, 0, 0)
    if status != 0 and not failed:
        failed = 1  # it broke down before it could count
    return path, text, (passed, failed, skipped), time.monotonic() - started


def all_paths():
    return (
        ["tests/check_layers.sh"]
        + sorted(glob.glob("tests/accept/*_test.py") + glob.glob("tests/golden/*_test.py"))
        + sorted(glob.glob("tests/demos/*_test.py") + glob.glob("tests/rules/*_test.py"))
        + sorted(glob.glob("tests/browser/*_test.py"))
        + ["tests/torture/torture_test.py"]
        + sorted(p for p in glob.glob(f"{BUILD}/tests/unit/*_test") if os.access(p, os.X_OK))
        + sorted(p for p in glob.glob(f"{BUILD}/fuzz/*_fuzz") if os.access(p, os.X_OK))
    )


def main():
    if sys.argv[1:2] == ["--one"]:
        return run_one(sys.argv[2])
    words = sys.argv[1:]
    if words[:1] == ["--torture"]:
        words = words[1:]
        os.environ["TORTURE"] = "1"
        paths = sorted(glob.glob("tests/torture/*_test.py")) + BOTH
    else:
        paths = all_paths()
    if words:
        paths = [p for p in paths if any(word in p for word in words)]
    total = [0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for path, text, counts, seconds in pool.map(run, paths):
            total = [a + b for a, b in zip(total, counts)]
            word = "FAILED" if counts[1] else "ok"
            print(f"{word:7} {path}  ({counts[0]} passed, {seconds:.1f} s)", flush=True)
            if counts[1]:
                print(text, flush=True)
            else:
                for line in text.splitlines():
                    if line.startswith("SKIPPED"):
                        print("        " + line, flush=True)
    print("{} passed, {} failed, {} skipped".format(*total))
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    sys.exit(main())
