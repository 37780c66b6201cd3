"""
Everything is a file: reads lines from a connection with the functions for files, and answers
through a second descriptor of the same socket.

Watch: a socket has a number like any open file; detach() hands it over. open() puts a file
object around it, which calls read() as often as it must. os.dup() makes a second number for the
same connection: close() of one of them sends nothing, the FIN leaves with the last. The answers
wait in their file's buffer until it is full, flushed or closed: one write() for both.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import os
import socket
import sys


def answer_lines(fd):
    second = os.dup(fd)
    lines, out = open(fd, 'rb', 4096), open(second, 'wb', 4096)
    for number, line in enumerate(lines, 1):
        print(f'line {number}: {line.decode()}', end='', flush=True)
        out.write(b'%d: %s' % (number, line))   # into the file's buffer, no further
    lines.close()       # closes its descriptor; the other one keeps the connection
    print('one descriptor closed, the connection is still there', flush=True)
    out.close()         # one write() for all answers, then close()


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    sock.listen(5)

    conn, address = sock.accept()
    print(f'the connection is descriptor {conn.fileno()}', flush=True)
    answer_lines(conn.detach())
    sock.close()


main()
