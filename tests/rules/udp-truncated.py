"""A buffer that is shorter than the datagram."""

import socket

import mistakes

SAYS = r"^The datagram has 10 bytes and recvfrom\(\) took 4: the other 6 are thrown away, no later call gets them\.$"
SHOWS = None


def program(wrong):
    with (
        socket.socket(type=socket.SOCK_DGRAM) as receiver,
        socket.socket(type=socket.SOCK_DGRAM) as sender,
    ):
        receiver.bind(("127.0.0.1", 8000))
        for message in [b"four", b"good morn!"]:
            sender.sendto(message, ("127.0.0.1", 8000))
        receiver.recvfrom(4)
        receiver.recvfrom(4 if wrong else 10)


if __name__ == "__main__":
    mistakes.play(program)
