"""What socket.create_connection(("localhost", 8000)) does where localhost is ::1 first."""

import errno
import socket

import mistakes

SAYS = (r"^\[::1\]:8000 was tried first and refused, 127\.0\.0\.1:8000 worked: the server listens "
        r"on 127\.0\.0\.1:8000, and not on ::1\.$")
SHOWS = r"127\.0\.0\.1:8000"


def program(wrong):
    with socket.socket() as server, socket.socket() as client, \
            socket.socket(socket.AF_INET6) as first:
        server.bind(("127.0.0.1", 8000))
        server.listen()
        if wrong:
            mistakes.ignoring(errno.ECONNREFUSED, first.connect, ("::1", 8000))
        client.connect(("127.0.0.1", 8000))
        mistakes.check()


if __name__ == "__main__":
    mistakes.play(program)
