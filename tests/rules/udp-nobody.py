"""A datagram to a port that nobody has."""

import errno
import socket

import mistakes

SAYS = r"^Nobody receives at 127\.0\.0\.1:8000: an ICMP message came back for what was sent there before, and this recv\(\) is told\.$"
SHOWS = r"^(?!.*127\.0\.0\.1:8000\s+0\.0\.0\.0)"


def program(wrong):
    with (
        socket.socket(type=socket.SOCK_DGRAM) as receiver,
        socket.socket(type=socket.SOCK_DGRAM) as sender,
    ):
        receiver.bind(("127.0.0.1", 8001 if wrong else 8000))
        sender.connect(("127.0.0.1", 8000))
        sender.send(b"hello")
        if wrong:
            mistakes.ignoring(errno.ECONNREFUSED, sender.recv, 100)
            mistakes.check()
        else:
            receiver.recv(100)


if __name__ == "__main__":
    mistakes.play(program)
