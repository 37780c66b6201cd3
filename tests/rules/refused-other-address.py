"""The server listens on 127.0.0.1, the client connects to 127.0.0.2."""

import errno
import socket

import mistakes

SAYS = (r"^Nobody listens on 127\.0\.0\.2:8000\. \S+ \(pid \d+\) listens on "
        r"127\.0\.0\.1:8000\.$")
SHOWS = r"127\.0\.0\.1:8000"


def program(wrong):
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1" if wrong else "0.0.0.0", 8000))
        server.listen()
        if wrong:
            mistakes.ignoring(errno.ECONNREFUSED, client.connect, ("127.0.0.2", 8000))
            mistakes.check()
        else:
            client.connect(("127.0.0.2", 8000))


if __name__ == "__main__":
    mistakes.play(program)
