#!/usr/bin/env python3
"""Runs fuzzers with the seeds of their corpus: so many inputs, always the same, or so many seconds.

usage: run.py [--seconds=N] FUZZER...

One that clang built is libFuzzer; what it found by itself in an earlier `make fuzz` stays in
build/fuzz/found/NAME and is where the next one begins. Others have tests/fuzz/driver.c. Either
way an input that breaks something is kept beside the fuzzer, and named.
"""

import glob
import os
import subprocess
import sys

# Inputs for `make check`: some three seconds each.
INPUTS = {"calls": 2000, "replay": 3000, "texts": 6000}
MOST_INPUTS = 15000
LARGEST = {"replay": 4096, "calls": 2048, "texts": 256}  # bytes
LARGEST_INPUT = 1024


def is_libfuzzer(path):
    with open(path, "rb") as file:
        return b"max_total_time" in file.read()


def command_of(path, seconds):
    name = os.path.basename(path).removesuffix("_fuzz")
    folder = os.path.dirname(path)
    corpus = f"tests/fuzz/corpus/{name}"
    # The demos' scenarios are a corpus already.
    seeds = sorted(glob.glob(f"{corpus}/*") or glob.glob(f"demos/*/{name}"))
    inputs = os.environ.get("ROUNDS") or str(INPUTS.get(name, MOST_INPUTS))
    if not is_libfuzzer(path):
        return [path, "0" if seconds else inputs, seconds or "0", *seeds]
    command = [path, "-seed=1", "-timeout=20", "-malloc_limit_mb=64", "-len_control=0",
               "-entropic=0",
               f"-max_len={LARGEST.get(name, LARGEST_INPUT)}",
               f"-artifact_prefix={folder}/{name}-", "-print_final_stats=1"]
    if not seconds:
        return [*command, f"-runs={inputs}", "-seed_inputs=" + ",".join(seeds)]
    found = os.path.join(folder, "found", name)
    os.makedirs(found, exist_ok=True)
    return [*command, f"-max_total_time={seconds}", "-seed_inputs=" + ",".join(seeds), found]


def main():
    paths = sys.argv[1:]
    seconds = None
    if paths and paths[0].startswith("--seconds="):
        seconds = paths.pop(0).removeprefix("--seconds=")
    failed = 0
    for path in paths:
        print(f"--- {os.path.basename(path)}", flush=True)
        done = subprocess.run(command_of(path, seconds), stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False)
        text = done.stdout.decode(errors="replace").splitlines()
        # Of what went well the last lines say how many inputs there were.
        print("\n".join(text[-200:] if done.returncode else text[-6:]), flush=True)
        failed += done.returncode != 0
    print(f"{len(paths) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
