#!/usr/bin/env python3
"""coverage.py BUILD: a table of the lines and branches that the tests reached, by folder, and
BUILD/coverage.html with each line. `make coverage` runs it after the tests."""

import json
import os
import subprocess
import sys

KINDS = ("line", "branch")


def measure(build):
    done = subprocess.run(
        ["gcovr", "--root", ".", "--object-directory", build, "--filter", "tracer/", "--filter",
         "formatters/", "--json-summary", f"{build}/coverage.json", "--html-details",
         f"{build}/coverage.html", build],
        stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    with open(f"{build}/coverage.json", encoding="utf-8") as file:
        return json.load(file)["files"]


def add(rooms, room, file):
    counts = rooms.setdefault(room, {key: 0 for kind in KINDS for key in (kind, kind + "_all")})
    for kind in KINDS:
        counts[kind] += file[f"{kind}_covered"]
        counts[kind + "_all"] += file[f"{kind}_total"]


def percent(counts, kind):
    return f"{100 * counts[kind] / counts[kind + '_all']:.1f} %" if counts[kind + "_all"] else "none"


def main():
    rooms = {}
    for file in measure(sys.argv[1]):
        folder = os.path.dirname(file["filename"])
        add(rooms, folder + "/", file)
        add(rooms, "all", file)
    print("| folder | lines | reached | branches | reached |")
    print("|---|---|---|---|---|")
    for room in sorted(rooms, key=lambda room: (room == "all", room)):
        counts = rooms[room]
        print(f"| {room} | {counts['line_all']} | {percent(counts, 'line')} | "
              f"{counts['branch_all']} | {percent(counts, 'branch')} |")


if __name__ == "__main__":
    main()
