"""
The other end of the chat: connects, and then does the same as the server.

Watch: nobody has to take turns. Each poll() names the descriptor that has something: 0 is the
terminal, the other one the connection.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import os
import select
import socket
import sys


def talk(sock):
    poll = select.poll()
    poll.register(0, select.POLLIN)
    poll.register(sock, select.POLLIN)
    while True:
        ready = [fd for fd, events in poll.poll()]
        if sock.fileno() in ready:
            data = sock.recv(1024)
            if not data:
                return
            print(f'the other: {data.decode(errors="replace")}', end='', flush=True)
        if 0 in ready:      # os.read(), for sys.stdin could hide a line in its buffer
            data = os.read(0, 1024)
            if not data:
                return
            sock.sendall(data)


def main():
    if len(sys.argv) != 3:
        print(f'usage: {sys.argv[0]} ADDRESS PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect((sys.argv[1], int(sys.argv[2])))
    talk(sock)
    sock.close()


main()
