"""A server that closed first is started again at once, without SO_REUSEADDR."""

import errno
import socket

import mistakes

SAYS = r"^Port 8000 is held by 1 connection in TIME_WAIT; the last ends in (\d|[1-5]\d|60) s\.$"
SHOWS = r"127\.0\.0\.1:8000"


def serve_once(reuse):
    """The server's end closes first: it is the one that has to wait."""
    with socket.socket() as server, socket.socket() as client:
        if reuse:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 8000))
        server.listen()
        client.connect(("127.0.0.1", 8000))
        conn, _ = server.accept()
        conn.close()
        client.recv(1)


def program(wrong):
    serve_once(reuse=not wrong)
    if wrong:
        mistakes.ignoring(errno.EADDRINUSE, serve_once, False)
        mistakes.check()
    else:
        serve_once(reuse=True)


if __name__ == "__main__":
    mistakes.play(program)
