"""
Talks over a socket with os.write() and os.read(), as with any file.

Watch: on a socket write() is send() without flags, read() is recv() without flags.
What is special about it is asked with os.fstat(): it is neither a file nor a pipe.
shutdown() says that no more will be written; the answers can still be read.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import os
import socket
import stat
import sys


def write_all(fd, data):
    while data:
        data = data[os.write(fd, data):]


def say_what_it_is(fd):
    yes = stat.S_ISSOCK(os.fstat(fd).st_mode)
    print(f"descriptor {fd}: a socket? {'yes' if yes else 'no'}", flush=True)


def main():
    if len(sys.argv) != 3:
        print(f'usage: {sys.argv[0]} ADDRESS PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    say_what_it_is(sock.fileno())
    sock.connect((sys.argv[1], int(sys.argv[2])))
    write_all(sock.fileno(), b'two lines,\none write\n')
    sock.shutdown(socket.SHUT_WR)

    while True:
        answer = os.read(sock.fileno(), 1024)
        if not answer:
            break
        print(answer.decode(errors='replace'), end='', flush=True)
    sock.close()


main()
