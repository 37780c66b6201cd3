"""The server is gone, a client it had accepted is still being served."""

import errno
import socket

import mistakes

SAYS = r"^Port 8000 is held by 1 connection of python3 \(pid \d+\) in ESTABLISHED; nobody listens there\.$"
SHOWS = r"ESTAB .*127\.0\.0\.1:8000"


def program(wrong):
    with socket.socket() as first, socket.socket() as client, socket.socket() as second:
        if not wrong:
            first.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            second.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        first.bind(("127.0.0.1", 8000))
        first.listen()
        client.connect(("127.0.0.1", 8000))
        conn, _ = first.accept()
        first.close()
        if wrong:
            mistakes.ignoring(errno.EADDRINUSE, second.bind, ("127.0.0.1", 8000))
            mistakes.check()
        else:
            second.bind(("127.0.0.1", 8000))
        client.close()
        conn.close()


if __name__ == "__main__":
    mistakes.play(program)
