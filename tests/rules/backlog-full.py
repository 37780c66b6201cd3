"""Nobody accepts, and listen(0) lets one connection wait: the second connect() hangs."""

import errno
import socket
import struct

import mistakes

SAYS = (r"^127\.0\.0\.1:8000 has 1 connection in its queue, more than the limit of 0: the kernel "
        r"drops the SYN in silence, and connect\(\) waits and sends it again\.$")
SHOWS = r"LISTEN +1 +0 +127\.0\.0\.1:8000"


def program(wrong):
    with socket.socket() as server, socket.socket() as first, socket.socket() as client:
        server.bind(("127.0.0.1", 8000))
        server.listen(0 if wrong else 1)
        first.connect(("127.0.0.1", 8000))
        # So that it ends: without it that takes more than two minutes.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("qq", 0, 500000))
        if wrong:
            mistakes.ignoring(errno.EINPROGRESS, client.connect, ("127.0.0.1", 8000))
            mistakes.check()
        else:
            client.connect(("127.0.0.1", 8000))


if __name__ == "__main__":
    mistakes.play(program)
