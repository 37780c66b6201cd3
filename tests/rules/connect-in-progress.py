"""EINPROGRESS is taken for a failure: the socket is closed at once."""

import errno
import select
import socket

import mistakes

SAYS = (r"^connect\(\) to 127\.0\.0\.1:8000 had only begun: EINPROGRESS is no failure\. "
        r"close\(\) gave it up before anybody had waited for it\.$")
SHOWS = None


def program(wrong):
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 8000))
        server.listen()
        client.setblocking(False)
        mistakes.ignoring(errno.EINPROGRESS, client.connect, ("127.0.0.1", 8000))
        if not wrong:
            select.select([], [client], [])
            assert client.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0


if __name__ == "__main__":
    mistakes.play(program)
