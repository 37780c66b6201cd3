"""
Sends its whole input as one letter, closes, and reads nothing.

Watch: send() and close() return at once. They say that the kernel has the letter, not that
anybody has read it. A letter without a word is a connection that opens and closes: the
server's first recv() returns b''.

By hand, in two terminals: python3 server.py 8000, echo hello | python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def main():
    if len(sys.argv) != 3:
        print(f'usage: {sys.argv[0]} ADDRESS PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect((sys.argv[1], int(sys.argv[2])))
    while True:
        data = sys.stdin.buffer.read(1024)
        if not data:
            break
        sock.sendall(data)
    sock.close()


main()
