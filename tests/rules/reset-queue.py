"""A server stops listening while clients wait."""

import errno
import socket

import mistakes

SAYS = (r"^2 connections to port 8000 still waited for accept\(\): with the listening socket they "
        r"were reset \(RST\)\.$")
SHOWS = r"TcpOutRsts +2\b"


def program(wrong):
    server, _, _ = mistakes.connection()
    clients = [socket.create_connection(("127.0.0.1", 8000)) for _ in range(2)]
    served = [] if wrong else [server.accept() for _ in clients]
    server.close()
    mistakes.check()
    for client in clients if wrong else []:
        mistakes.ignoring(errno.ECONNRESET, client.recv, 1)
    for conn, _ in served:
        conn.close()


if __name__ == "__main__":
    mistakes.play(program)
