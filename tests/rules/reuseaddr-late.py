"""SO_REUSEADDR is set after bind."""

import socket

import mistakes

SAYS = r"^SO_REUSEADDR came after bind\(\): for this bind\(\) it did nothing\.$"
SHOWS = None


def program(wrong):
    with socket.socket() as server:
        if not wrong:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 8000))
        if wrong:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.listen()


if __name__ == "__main__":
    mistakes.play(program)
