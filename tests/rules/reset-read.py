"""A connection is reset, and what had come before is still there."""

import errno
import socket
import struct

import mistakes

SAYS = (r"^reset-read\.py has reset the connection \(RST\)\. These 5 bytes had come before, so "
        r"recv\(\) still returns them; the next one fails with ECONNRESET\.$")
SHOWS = r"TcpEstabResets +2\b"


def program(wrong):
    _, client, conn = mistakes.connection()
    conn.send(b"hello")
    if wrong:
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    conn.close()
    client.recv(5)
    if wrong:
        mistakes.check()
        mistakes.ignoring(errno.ECONNRESET, client.recv, 1)
    else:
        client.recv(1)


if __name__ == "__main__":
    mistakes.play(program)
