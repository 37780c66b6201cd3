"""The client comes before the server."""

import errno
import socket

import mistakes

SAYS = (r"^Nobody listens on 127\.0\.0\.1:8000: a RST came back\. \(A full accept queue never refuses: "
        r"it stays silent\.\)$")
SHOWS = r"^State[^\n]*\n$"


def program(wrong):
    with socket.socket() as server, socket.socket() as client:
        if wrong:
            mistakes.ignoring(errno.ECONNREFUSED, client.connect, ("127.0.0.1", 8000))
            mistakes.check()
            return
        server.bind(("127.0.0.1", 8000))
        server.listen()
        client.connect(("127.0.0.1", 8000))


if __name__ == "__main__":
    mistakes.play(program)
