"""sizeof of a pointer to the address, not of the address."""

import errno
import socket

import mistakes
from native import fails, sockaddr_in, works

SAYS = (r"^bind\(\) was told that the address has 8 bytes, the size of a pointer; "
        r"struct sockaddr_in has 16\.$")
SHOWS = None


def program(wrong):
    address = sockaddr_in("127.0.0.1", 8000)
    with socket.socket() as server:
        if wrong:
            fails(errno.EINVAL, "bind", server.fileno(), address, 8)
        else:
            works("bind", server.fileno(), address, len(address))


if __name__ == "__main__":
    mistakes.play(program)
