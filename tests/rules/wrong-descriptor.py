"""The server receives on the socket that listens."""

import errno
import socket

import mistakes

SAYS = (r"^recv\(\) was called on (\d+), the socket that listens on 127\.0\.0\.1:8000: it has no "
        r"other end\. The connection is the descriptor that accept\(\) gave, (?!\1)\d+\.$")
SHOWS = None


def program(wrong):
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 8000))
        server.listen()
        client.connect(("127.0.0.1", 8000))
        client.sendall(b"hello")
        conn, _ = server.accept()
        if wrong:
            mistakes.ignoring(errno.ENOTCONN, server.recv, 100)
        conn.recv(100)
        conn.close()


if __name__ == "__main__":
    mistakes.play(program)
