#!/usr/bin/env python3
"""
Times the loops of loops.c untraced, under socktrace and under strace, and prints a table of
ratios. Nothing is subtracted and nothing asserted: start-up is in every number, and has a row of
its own. The tools take turns, so that a machine that gets busy slows all of them. "strace 1 CPU"
is strace under taskset, program and all on one processor.

A second table counts socktrace's own system calls for each call it shows, start-up left out.

    BUILD=build SOCKTRACE=./socktrace python3 tests/bench/bench.py [--runs N] [LOOP...]
"""
import argparse
import collections
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

BUILD = os.environ.get('BUILD', 'build')
SOCKTRACE = os.environ.get('SOCKTRACE', './socktrace')
STRACE = ['strace', '-f', '--seccomp-bpf', '-e', 'trace=read,write,close,%network']

# Iterations: enough to see the loop behind the start-up, few enough for two minutes in all.
LOOPS = {
    'true': 1,
    'files': 60000,
    'reused': 20000,
    'pair': 4000,
    'pairrw': 4000,
    'tcp': 300,
    'tcp2': 300,
}
# What one iteration is made of, for the system calls of socktrace itself.
CALLS = {'pair': 2, 'pairrw': 2, 'tcp': 9, 'tcp2': 10}
WIRED = 2000    # iterations of a run with the wire: opening and closing it takes some 30 ms
COUNTED = 200   # iterations of a run whose system calls are counted
LONGEST = 60    # seconds for one run; what takes longer gets no number


def tools():
    """Column heading -> the words before the program."""
    found = {'untraced': []}
    if os.access(SOCKTRACE, os.X_OK):
        found['socktrace'] = [SOCKTRACE, '-q', '-o', '/dev/null']
    else:
        print(f'{SOCKTRACE} is missing: run make. Its column is left out.\n')
    if shutil.which('strace'):
        found['strace'] = STRACE + ['-o', '/dev/null']
        if shutil.which('taskset'):
            found['strace 1 CPU'] = ['taskset', '-c', '0'] + STRACE + ['-o', '/dev/null']
        found['strace -yy'] = STRACE + ['-yy', '-o', '/dev/null']
    else:
        print('strace is missing: its columns are left out (Debian: apt-get install strace).\n')
    return found


def program(loop, count=None):
    if loop == 'true':
        return ['/bin/true']
    return [os.path.join(BUILD, 'tests/bench/loops'), loop, str(count or LOOPS[loop])]


def seconds(command):
    """How long one run took; None if it failed or took too long."""
    before = time.monotonic()
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.PIPE, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return None
    if done.returncode:
        message = done.stderr.decode(errors='replace').strip()
        print(f'status {done.returncode} from {" ".join(command)}\n    {message}',
              file=sys.stderr)
        return None
    return time.monotonic() - before


def measure(loop, found, runs, count=None):
    """Heading -> median of the runs, the tools taking turns."""
    times = {heading: [] for heading in found}
    for _ in range(runs):
        for heading, words in found.items():
            if None not in times[heading]:
                times[heading].append(seconds(words + program(loop, count)))
    return {heading: None if None in values else statistics.median(values)
            for heading, values in times.items()}


def cell(median, base, count):
    """Median in ms, microseconds for each iteration, and how many times the untraced run."""
    if median is None:
        return 'failed'
    each = f'{median / count * 1e6:8.1f} us' if count > 1 else ' ' * 11
    ratio = f'{median / base:8.1f} x' if base else ' ' * 10
    return f'{median * 1000:8.1f} ms {each} {ratio}'


def count_calls(loop, iterations):
    """How often socktrace made each system call in one run; None if that cannot be counted."""
    with tempfile.NamedTemporaryFile('r') as table:
        command = ['strace', '-c', '-U', 'calls,name', '-o', table.name,
                   SOCKTRACE, '-q', '-o', '/dev/null',
                   os.path.join(BUILD, 'tests/bench/loops'), loop, str(iterations)]
        if seconds(command) is None:
            return None
        rows = [line.split() for line in table if line.strip()]
    return collections.Counter({name: int(number) for number, name in
                                (row for row in rows if len(row) == 2) if number.isdigit()})


def print_calls(loops):
    print(f"\nsocktrace's own system calls for each call it shows (the difference of "
          f'{2 * COUNTED} and {COUNTED} iterations):\n')
    for loop in loops:
        once, twice = count_calls(loop, COUNTED), count_calls(loop, 2 * COUNTED)
        if once is None or twice is None:
            print(f'{loop}: not counted')
            continue
        twice.subtract(once)
        shown = COUNTED * CALLS[loop]
        total = twice.pop('total') / shown
        parts = ', '.join(f'{name} {number / shown:.1f}' for name, number in twice.most_common()
                          if number / shown >= 0.05)
        print(f'{loop:6} {total:5.1f}   {parts}', flush=True)


def print_wire(runs):
    """What it costs to look at the wire, in a network of one's own."""
    print("\nThe same with and without a look at the wire (--isolate):\n")
    plain = [SOCKTRACE, '-q', '-o', '/dev/null', '--isolate']
    for loop in ('tcp', 'tcp2'):
        medians = measure(loop, {'off': plain + ['--wire=off'], 'on': plain}, runs, WIRED)
        if None in medians.values():
            print(f'{loop}: not measured')
            continue
        print(f"{loop:6} {medians['off'] * 1000:8.1f} ms without, {medians['on'] * 1000:8.1f} ms "
              f"with: {medians['on'] / medians['off']:.1f} x", flush=True)


def print_source(runs):
    """What it costs to find the line of each call, and its whole stack."""
    print("\nThe same with and without the line of C that made each call, and with -k:\n")
    plain = [SOCKTRACE, '-q', '-o', '/dev/null']
    ways = {'off': plain + ['--source=off'], 'on': plain, 'stack': plain + ['-k']}
    for loop in ('true', 'pair', 'tcp'):
        count = LOOPS[loop] if loop == 'true' else WIRED
        medians = measure(loop, ways, runs, count)
        if None in medians.values():
            print(f'{loop}: not measured')
            continue
        off = medians['off']
        print(f"{loop:6} {off * 1000:8.1f} ms without, {medians['on'] * 1000:8.1f} ms with: "
              f"{medians['on'] / off:.2f} x; -k {medians['stack'] * 1000:8.1f} ms: "
              f"{medians['stack'] / off:.2f} x", flush=True)


def print_row(cells, widths):
    print('| ' + ' | '.join(text.ljust(width) for text, width in zip(cells, widths)) + ' |',
          flush=True)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0].strip())
    parser.add_argument('--runs', type=int, default=5, help='runs for each median')
    parser.add_argument('loops', nargs='*', metavar='LOOP', help=', '.join(LOOPS))
    chosen = parser.parse_args()
    unknown = [loop for loop in chosen.loops if loop not in LOOPS]
    if unknown or chosen.runs < 1:
        parser.error(f'no such loop: {unknown[0]}' if unknown else 'at least one run')
    return chosen


def main():
    chosen = arguments()
    found = tools()
    widths = [6, 10] + [max(len(cell(1, 1, 2)), len(heading)) for heading in found]
    print(f'Medians of {chosen.runs} runs: the whole run, each iteration, and the ratio to '
          'untraced.\n')
    print_row(['loop', 'iterations'] + list(found), widths)
    print_row(['-' * width for width in widths], widths)
    for loop in chosen.loops or LOOPS:
        medians = measure(loop, found, chosen.runs)
        cells = [cell(median, medians['untraced'], LOOPS[loop]) for median in medians.values()]
        print_row([loop, str(LOOPS[loop])] + cells, widths)
    if 'socktrace' in found and 'strace' in found:
        print_calls([loop for loop in chosen.loops or LOOPS if loop in CALLS])
    if 'socktrace' in found:
        print_wire(chosen.runs)
        print_source(chosen.runs)


main()
