"""
An echo server with one child process for each client.

Watch: after fork() parent and child hold the same sockets. The child closes the listening one,
the parent the connection; neither close() sends anything, because the other process still
holds the socket. The FIN leaves when the child ends. A parent that forgets its close() keeps
every connection open: no FIN is ever sent.

By hand, in three terminals: python3 server.py 8000, and twice python3 client.py 127.0.0.1 8000
"""
import os
import signal
import socket
import sys


def echo(conn):
    while True:
        data = conn.recv(1024)
        if not data:
            break
        conn.sendall(data)


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)
    # Children that end leave no zombie: nobody wait()s for them.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)

    sock = socket.create_server(('127.0.0.1', int(sys.argv[1])))
    while True:
        conn, address = sock.accept()
        if os.fork() == 0:
            sock.close()
            echo(conn)
            os._exit(0)     # which closes conn
        conn.close()


main()
