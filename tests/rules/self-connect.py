"""A client that bound the very port it connects to, where nobody listens."""

import socket

import mistakes

SAYS = (r"^The socket is connected to itself: both ends are 127\.0\.0\.1:8000, and what it sends "
        r"it will receive\.$")
SHOWS = r"127\.0\.0\.1:8000 +127\.0\.0\.1:8000"


def program(wrong):
    with socket.socket() as server, socket.socket() as client:
        if wrong:
            client.bind(("127.0.0.1", 8000))
        else:
            server.bind(("127.0.0.1", 8000))
            server.listen()
        client.connect(("127.0.0.1", 8000))
        mistakes.check()


if __name__ == "__main__":
    mistakes.play(program)
