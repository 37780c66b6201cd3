"""
Listens with a backlog of 5 and is busy until Enter is pressed. Then it serves its clients one
after the other, each until it closes.

Watch: the handshakes are done without accept(): the kernel completes them and keeps the
connections in the accept queue. It is full when it is longer than the backlog, so with 5 six
wait. For the seventh client nothing is sent back, not even a RST.

By hand, in three terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000 6
                                                              python3 client.py 127.0.0.1 8000 1
"""
import socket
import sys


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    sock.listen(5)

    print('busy until Enter', flush=True)
    if not sys.stdin.readline():
        return
    while True:
        conn, address = sock.accept()
        conn.recv(1)
        conn.close()


main()
