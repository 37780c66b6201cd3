"""
A chat with one client: whoever types first speaks first, and as often as he likes.

Watch: the terminal and the socket are both descriptors, and poll() waits for both at once.
Without it this program would sleep in read() while the other speaks, or in recv() while
somebody types. The end of the input (Ctrl-D) or of the connection ends it.

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
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    sock.listen(5)
    conn, address = sock.accept()
    talk(conn)
    conn.close()
    sock.close()


main()
