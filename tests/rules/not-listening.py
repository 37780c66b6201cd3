"""accept() without listen()."""

import errno
import socket

import mistakes

SAYS = r"^The socket is in CLOSED: accept\(\) needs one in LISTEN\.$"
SHOWS = None


def program(wrong):
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 8000))
        if wrong:
            mistakes.ignoring(errno.EINVAL, server.accept)
        else:
            server.listen()
            client.connect(("127.0.0.1", 8000))
            server.accept()[0].close()


if __name__ == "__main__":
    mistakes.play(program)
