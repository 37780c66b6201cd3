"""The server answers when it has read to the end, which the client does not send."""

import socket

import mistakes

SAYS = r"^(\S+) has received 5 bytes, all there are, and waits for more, or for the end\. (?!\1)\S+ waits for"
SHOWS = r"ESTAB\s+0\s+0\s+127\.0\.0\.1:8000"


def serve(conn):
    whole = b""
    while data := conn.recv(16):
        whole += data
    conn.sendall(whole.upper())


def program(wrong):
    def ask(sock):
        sock.sendall(b"hello")
        if not wrong:
            sock.shutdown(socket.SHUT_WR)
        sock.recv(16)

    mistakes.converse(serve, ask, wrong and "no-eof")


if __name__ == "__main__":
    mistakes.play(program)
