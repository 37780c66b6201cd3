"""The server closes first."""

import socket
import struct

import mistakes

SAYS = (r"^time-wait-here\.py closed first, so TIME_WAIT is at its end, for (60|[1-5]?\d) s more: "
        r"until then bind\(\) to port 8000 fails without SO_REUSEADDR\.$")
SHOWS = r"127\.0\.0\.1:8000"


def program(wrong):
    _, client, conn = mistakes.connection()
    if not wrong:  # nobody has to wait
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        conn.close()
        return
    conn.close()
    client.recv(1)
    client.close()
    mistakes.check()


if __name__ == "__main__":
    mistakes.play(program)
