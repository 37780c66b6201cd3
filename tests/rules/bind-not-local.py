"""An address that this host does not have."""

import errno
import socket

import mistakes

SAYS = r"^10\.1\.2\.3:8000 is no address of this host, which has .*127\.0\.0\.1"
SHOWS = r"127\.0\.0\.1/8"


def program(wrong):
    with socket.socket() as server:
        if wrong:
            mistakes.ignoring(errno.EADDRNOTAVAIL, server.bind, ("10.1.2.3", 8000))
            mistakes.check()
        else:
            server.bind(("127.0.0.1", 8000))


if __name__ == "__main__":
    mistakes.play(program)
