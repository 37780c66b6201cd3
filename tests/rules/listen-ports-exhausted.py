"""All ephemeral ports are taken."""

import errno
import socket

import mistakes

SAYS = r"^The kernel was asked for any free port and found none among the 4 from 40000 to 40003\.$"
SHOWS = r"net\.ipv4\.ip_local_port_range = 40000\s+40003"
OPTIONS = ["--isolate", "--sysctl=net.ipv4.ip_local_port_range=40000 40003"]


def program(wrong):
    sockets = [socket.socket() for _ in range(5)]
    for sock in sockets[:4]:
        sock.bind(("127.0.0.1", 0))
    if wrong:
        mistakes.ignoring(errno.EADDRINUSE, sockets[4].bind, ("127.0.0.1", 0))
        mistakes.check()
    for sock in sockets:
        sock.close()


if __name__ == "__main__":
    mistakes.play(program)
