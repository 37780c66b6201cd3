"""Two UDP sockets on one port."""

import errno
import socket

import mistakes

SAYS = r"^Port 8000 is held by python3 \(pid \d+, user \w+\), a UDP socket on 0\.0\.0\.0:8000\.$"
SHOWS = r"0\.0\.0\.0:8000 .*pid=\d+"


def program(wrong):
    with socket.socket(type=socket.SOCK_DGRAM) as first, \
            socket.socket(type=socket.SOCK_DGRAM) as second:
        first.bind(("0.0.0.0", 8000))
        if wrong:
            mistakes.ignoring(errno.EADDRINUSE, second.bind, ("127.0.0.1", 8000))
            mistakes.check()
        else:
            second.bind(("127.0.0.1", 0))


if __name__ == "__main__":
    mistakes.play(program)
