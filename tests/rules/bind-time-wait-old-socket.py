"""SO_REUSEADDR is set, but the socket that is in TIME_WAIT now did not have it."""

import errno
import socket

import mistakes

SAYS = r"^Port 8000 is held by 1 connection in TIME_WAIT, made without SO_REUSEADDR; .* Both sides need it"
SHOWS = r"127\.0\.0\.1:8000"


def serve_once(reuse):
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
        mistakes.ignoring(errno.EADDRINUSE, serve_once, True)
        mistakes.check()
    else:
        serve_once(reuse=True)


if __name__ == "__main__":
    mistakes.play(program)
