"""The port is taken by a socket that nobody ever made listen."""

import errno
import socket

import mistakes

SAYS = r"^Port 8000 is held by python3 \(pid \d+, user \w+\), bound to 127\.0\.0\.1:8000 and not listening\.$"
SHOWS = r"socket:\[\d+\]"


def program(wrong):
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 8000))
        if wrong:
            mistakes.ignoring(errno.EADDRINUSE, second.bind, ("127.0.0.1", 8000))
            mistakes.check()
        else:
            first.close()
            second.bind(("127.0.0.1", 8000))


if __name__ == "__main__":
    mistakes.play(program)
