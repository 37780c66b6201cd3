"""
An echo server for many clients in one process, with poll().

Watch: poll() gets a list of descriptors and what to look for, and returns those that have
something. The list lives on from call to call, and has no limit; but the kernel goes through
all of it each time.

By hand, in three terminals: python3 server_poll.py 8000, and twice python3 client.py 127.0.0.1 8000
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
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    clients = {}
    while True:
        for fd, events in poll.poll():
            if fd == sock.fileno():
                conn, address = sock.accept()
                clients[conn.fileno()] = conn
                poll.register(conn, select.POLLIN)
            elif not echo(clients[fd]):
                poll.unregister(fd)
                clients.pop(fd).close()


main()
