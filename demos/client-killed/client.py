"""
Asks a question and is killed when the answer is there: `read`, it has read the answer;
`unread`, the answer still lies in its receive buffer.

Watch: there is no close(), but a socket outlives no program: the kernel closes it. If
everything was read it sends a FIN, as always. If there is data that nobody will ever read,
it sends RST instead, so that the server learns that its answer was lost.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000 read
"""
import os
import select
import signal
import socket
import sys


def main():
    if len(sys.argv) != 4:
        print(f'usage: {sys.argv[0]} ADDRESS PORT read|unread', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect((sys.argv[1], int(sys.argv[2])))
    sock.send(b'6 * 7?')

    waiting = select.poll()
    waiting.register(sock, select.POLLIN)
    waiting.poll()
    if sys.argv[3] == 'read':
        sock.recv(1024)
    print('the answer is there, and so is my end', flush=True)
    os.kill(os.getpid(), signal.SIGKILL)    # as `kill -9` from another terminal


main()
