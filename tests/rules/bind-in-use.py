"""A second server on the port of the first."""

import errno
import socket

import mistakes

SAYS = r"^Port 8000 is held by python3 \(pid \d+, user \w+\), which listens on 127\.0\.0\.1:8000\.$"
SHOWS = r"LISTEN .*127\.0\.0\.1:8000 .*pid=\d+"


def program(wrong):
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 8000))
        first.listen()
        if wrong:
            mistakes.ignoring(errno.EADDRINUSE, second.bind, ("127.0.0.1", 8000))
            mistakes.check()
        else:
            second.bind(("127.0.0.2", 8000))  # another address, the same port


if __name__ == "__main__":
    mistakes.play(program)
