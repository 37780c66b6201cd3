"""SO_SNDTIMEO ends a connect() that nobody answers."""

import errno
import socket
import struct

import mistakes

SAYS = (r"^connect\(\) to 127\.0\.0\.1:8000 waited for the 0\.1 s of SO_SNDTIMEO and gave up "
        r"waiting: EINPROGRESS says that it still goes on\.$")
SHOWS = None


def program(wrong):
    with socket.socket() as server, socket.socket() as first, socket.socket() as client:
        server.bind(("127.0.0.1", 8000))
        server.listen(0)
        if wrong:
            first.connect(("127.0.0.1", 8000))
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("qq", 0, 100000))
        if wrong:
            mistakes.ignoring(errno.EINPROGRESS, client.connect, ("127.0.0.1", 8000))
        else:
            client.connect(("127.0.0.1", 8000))


if __name__ == "__main__":
    mistakes.play(program)
