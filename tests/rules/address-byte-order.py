"""The client forgets htonl(): 127.0.0.1 becomes 1.0.0.127."""

import errno
import socket

import mistakes
from native import fails, sockaddr_in, works

SAYS = (r"^connect\(\) got 1\.0\.0\.127, which is 127\.0\.0\.1 with its four bytes the other way "
        r"round\.$")
SHOWS = r"127\.0\.0\.1/8"


def program(wrong):
    address = sockaddr_in("1.0.0.127" if wrong else "127.0.0.1", 8000)
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 8000))
        server.listen()
        if wrong:
            fails(errno.ENETUNREACH, "connect", client.fileno(), address, len(address))
            mistakes.check()
        else:
            works("connect", client.fileno(), address, len(address))


if __name__ == "__main__":
    mistakes.play(program)
