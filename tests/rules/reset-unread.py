"""A server closes although the client has sent something that it did not read."""

import errno

import mistakes

SAYS = (r"^5 bytes from reset-unread\.py had not been read: so close\(\) sent RST, not FIN, and "
        r"reset-unread\.py gets ECONNRESET where it would have got the end\.$")
SHOWS = r"TcpExtTCPAbortOnClose +1\b"


def program(wrong):
    _, client, conn = mistakes.connection()
    client.send(b"hello")
    if not wrong:
        conn.recv(5)
    conn.close()
    if wrong:
        mistakes.check()
        mistakes.ignoring(errno.ECONNRESET, client.recv, 1)
    else:
        client.recv(1)


if __name__ == "__main__":
    mistakes.play(program)
