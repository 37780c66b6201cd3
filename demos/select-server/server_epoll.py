"""
An echo server for many clients in one process, with epoll.

Watch: the kernel keeps the list, in a descriptor of its own. register() adds to it once; poll()
returns only those that have something, however many there are. close() takes a descriptor out
of the list, if no copy of it is left.

By hand, in three terminals: python3 server_epoll.py 8000, and twice python3 client.py 127.0.0.1 8000
"""
import select
import socket
import sys


def echo(conn):
    """One answer; False when the client has gone."""
    data = conn.recv(1024)
    if data:
        conn.sendall(data)
    return bool(data)


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.create_server(('127.0.0.1', int(sys.argv[1])))
    epoll = select.epoll()
    epoll.register(sock, select.EPOLLIN)
    clients = {}
    while True:
        for fd, events in epoll.poll(maxevents=16):
            if fd == sock.fileno():
                conn, address = sock.accept()
                clients[conn.fileno()] = conn
                epoll.register(conn, select.EPOLLIN)
            elif not echo(clients[fd]):
                clients.pop(fd).close()


main()
