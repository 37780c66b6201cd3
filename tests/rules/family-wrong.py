"""An address of IPv4 for a socket of IPv6."""

import errno
import socket

import mistakes
from native import call, fails, sockaddr_in

SAYS = r"^bind\(\) got an address of AF_INET; the socket is of AF_INET6\.$"
SHOWS = None


def program(wrong):
    address = sockaddr_in("127.0.0.1", 8000)
    with socket.socket(socket.AF_INET6 if wrong else socket.AF_INET) as server:
        if wrong:
            fails(errno.EINVAL, "bind", server.fileno(), address, len(address))
        else:
            call("bind", server.fileno(), address, len(address))


if __name__ == "__main__":
    mistakes.play(program)
