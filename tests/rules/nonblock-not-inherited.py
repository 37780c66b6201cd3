"""The listener does not block; what it accepts does."""

import errno
import select
import socket
import struct

import mistakes

SAYS = (r"^recv\(\) on \d+ waits: the listening socket has O_NONBLOCK, but accept\(\) does not hand "
        r"it on\.$")
SHOWS = None


def program(wrong):
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 8000))
        server.listen()
        server.setblocking(False)
        client.connect(("127.0.0.1", 8000))
        select.select([server], [], [])
        conn, _ = server.accept()
        # So that it ends.
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("qq", 0, 500000))
        if not wrong:
            conn.setblocking(False)
        mistakes.ignoring(errno.EAGAIN, conn.recv, 100)
        conn.close()


if __name__ == "__main__":
    mistakes.play(program)
