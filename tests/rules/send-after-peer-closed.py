"""A client goes on sending after the server has closed."""

import socket

import mistakes

SAYS = (r"^send-after-peer-closed\.py had closed\. send\(\) works all the same, for it only copies "
        r"4 bytes into the send buffer; the answer is a RST, and the next send fails with EPIPE\.$")
SHOWS = r"TcpOutRsts +1\b"


def program(wrong):
    _, client, conn = mistakes.connection()
    if wrong:
        conn.close()
    else:
        conn.shutdown(socket.SHUT_WR)  # it still receives
    client.recv(1)
    client.send(b"more")
    mistakes.check()
    if not wrong:
        conn.recv(4)


if __name__ == "__main__":
    mistakes.play(program)
