"""With SO_REUSEADDR two sockets can bind one port; only one can listen."""

import errno
import socket

import mistakes

SAYS = r"^python3 \(pid \d+, user \w+\) listens on 127\.0\.0\.1:8000 already\."
SHOWS = r"LISTEN .*127\.0\.0\.1:8000 .*pid=\d+"


def program(wrong):
    option = socket.SO_REUSEADDR if wrong else socket.SO_REUSEPORT
    with socket.socket() as first, socket.socket() as second:
        for server in (first, second):
            server.setsockopt(socket.SOL_SOCKET, option, 1)
            server.bind(("127.0.0.1", 8000))
        first.listen()
        if wrong:
            mistakes.ignoring(errno.EADDRINUSE, second.listen)
            mistakes.check()
        else:
            second.listen()


if __name__ == "__main__":
    mistakes.play(program)
