"""The client sends an empty message and waits for the answer."""

import mistakes

SAYS = r"had 0 bytes: TCP sends nothing at all then, so no answer can come"
SHOWS = None


def serve(conn):
    while data := conn.recv(16):
        conn.sendall(data)


def program(wrong):
    def ask(sock):
        for message in [b"hello\n", b"" if wrong else b"\n"]:
            sock.sendall(message)
            sock.recv(16)

    mistakes.converse(serve, ask, wrong and "empty-send")


if __name__ == "__main__":
    mistakes.play(program)
