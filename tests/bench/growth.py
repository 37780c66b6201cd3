#!/usr/bin/env python3
"""
Shows what a call costs as things grow: open sockets, calls so far, threads, connections. Times
are of the calls alone, taken by growth.c itself; memory is socktrace's own, at its peak (VmHWM).
The ratio is to the table's first row. Nothing is asserted.

    BUILD=build SOCKTRACE=./socktrace python3 tests/bench/growth.py [--most-calls N] [TABLE...]
"""
import argparse
import os
import shutil
import subprocess
import sys
import time

BUILD = os.environ.get('BUILD', 'build')
SOCKTRACE = os.environ.get('SOCKTRACE', './socktrace')
GROWTH = os.path.join(BUILD, 'tests/bench/growth')
TRACED = [SOCKTRACE, '-q', '-o', '/dev/null']
STRACE = ['strace', '-f', '--seccomp-bpf', '-e', 'trace=read,write,close,%network,epoll_wait',
          '-o', '/dev/null']
LONGEST = 300     # seconds for one run; what takes longer gets no number
NOT_ALLOWED = 77  # growth.c: so many are not allowed here
CALLS = 40000     # of a run whose calls are not what grows

HEADINGS = ('', 'us a call', 'ratio', 'untraced', 'KiB before', 'KiB after')
WIDTHS = (10, 10, 7, 10, 11, 11)


def measure(words, kind, count, calls):
    """Microseconds a call, and the tracer's peak memory before and after; or why there is none."""
    command = words + [GROWTH, kind, str(count), str(calls)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=LONGEST)
    except subprocess.TimeoutExpired:
        return f'not done after {LONGEST} s'
    if done.returncode == NOT_ALLOWED:
        return 'not allowed here: ' + done.stderr.strip().splitlines()[-1]
    if done.returncode:
        return f'status {done.returncode}: {done.stderr.strip()}'
    each, _, before, after = done.stdout.split()
    return float(each), int(before), int(after)


def print_row(cells):
    print('| ' + ' | '.join(str(cell).rjust(width) for cell, width in zip(cells, WIDTHS)) + ' |',
          flush=True)


def print_table(title, rows):
    """rows: (label, kind, count, calls)"""
    print(f'\n{title}\n')
    print_row(HEADINGS)
    print_row(['-' * width for width in WIDTHS])
    first = None
    for label, kind, count, calls in rows:
        alone = measure([], kind, count, calls)
        traced = measure(TRACED, kind, count, calls)
        if isinstance(traced, str) or isinstance(alone, str):
            print_row([label, traced if isinstance(traced, str) else alone])
            continue
        each, before, after = traced
        first = first or each
        print_row([label, f'{each:.1f}', f'{each / first:.2f}', f'{alone[0]:.1f}', before, after])


def sockets(_):
    print_table('Open sockets', [(f'{count:,}', 'sockets', count, CALLS)
                                 for count in (10, 1000, 10000, 100000)])


def calls(most):
    counts = [count for count in (10**4, 10**5, 10**6, 10**7) if count <= most]
    print_table('Calls', [(f'{count:,}', 'sockets', 2, count) for count in counts])


def threads(_):
    print_table('Threads', [(f'{count:,}', 'threads', count, CALLS)
                            for count in (1, 10, 100, 1000)])


def connections(_):
    """A server with so many, every answer checked: a wrong one is a status."""
    print_table('Connections of a server, all open, every answer right',
                [(f'{count:,}', 'server', count, CALLS) for count in (10, 1000, 10000)])


def seconds(command):
    before = time.monotonic()
    try:
        status = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, timeout=LONGEST).returncode
    except subprocess.TimeoutExpired:
        return None
    return None if status else time.monotonic() - before


def against_strace(_):
    """The whole run, connections made and closed: strace -yy asks for all of them at each."""
    print('\nA server with so many connections, the whole run: seconds, and how many times '
          'faster than strace\n')
    if not shutil.which('strace'):
        print('strace is not installed: left out')
        return
    print_row(['', 'untraced', 'socktrace', 'strace', 'strace -yy', 'times'])
    print_row(['-' * width for width in WIDTHS])
    for count in (100, 1000, 4000):
        program = [GROWTH, 'server', str(count), str(count)]
        ours, plain, ends = (seconds(words + program)
                             for words in (TRACED, STRACE, STRACE + ['-yy']))
        cells = [f'{count:,}'] + [f'{value:.2f}' if value else 'failed'
                                  for value in (seconds(program), ours, plain, ends)]
        print_row(cells + [f'{ends / ours:.1f}' if ours and ends else ''])


TABLES = {'sockets': sockets, 'calls': calls, 'threads': threads, 'connections': connections,
          'strace': against_strace}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n\n')[0].strip())
    parser.add_argument('--most-calls', type=int, default=10**6,
                        help='how many calls the longest run makes (10,000,000 take minutes)')
    parser.add_argument('tables', nargs='*', metavar='TABLE', help=', '.join(TABLES))
    chosen = parser.parse_args()
    unknown = [table for table in chosen.tables if table not in TABLES]
    if unknown:
        parser.error(f'no such table: {unknown[0]}')
    if not os.access(SOCKTRACE, os.X_OK) or not os.access(GROWTH, os.X_OK):
        sys.exit(f'{SOCKTRACE} or {GROWTH} is missing: run make bench')
    for table in chosen.tables or TABLES:
        TABLES[table](chosen.most_calls)


main()
