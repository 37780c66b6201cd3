"""SO_LINGER with 0 seconds, to be rid of TIME_WAIT."""

import errno
import socket
import struct

import mistakes

SAYS = (r"^SO_LINGER was on with 0 s: so close\(\) sent RST, not FIN\. reset-linger\.py gets "
        r"ECONNRESET, what had not been sent yet is thrown away, and there is no TIME_WAIT\.$")
SHOWS = r"TcpExtTCPAbortOnData +1\b"


def program(wrong):
    _, client, conn = mistakes.connection()
    seconds = 0 if wrong else 10
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, seconds))
    conn.close()
    if wrong:
        mistakes.check()
        mistakes.ignoring(errno.ECONNRESET, client.recv, 1)
    else:
        client.recv(1)


if __name__ == "__main__":
    mistakes.play(program)
