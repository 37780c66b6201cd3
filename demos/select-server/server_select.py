"""
An echo server for many clients in one process, with select().

Watch: select() waits for all of them at once, and says which have something. It forgets what
it was asked: the whole list is handed over each time. A descriptor from 1024 on is refused.

By hand, in three terminals: python3 server_select.py 8000, and twice python3 client.py 127.0.0.1 8000
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
    everyone = [sock]
    while True:
        readable, _, _ = select.select(everyone, [], [])
        for one in readable:
            if one is sock:
                conn, address = sock.accept()
                everyone.append(conn)
            elif not echo(one):
                everyone.remove(one)
                one.close()


main()
