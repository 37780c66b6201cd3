"""close() twice on one descriptor."""

import errno
import os
import socket

import mistakes

SAYS = r"^\S+ had closed \d+ already\. "
SHOWS = None


def program(wrong):
    sock = socket.socket()
    fd = sock.detach()
    os.close(fd)
    if wrong:
        mistakes.ignoring(errno.EBADF, os.close, fd)
    else:
        # The number is another one's now.
        assert os.open("/dev/null", os.O_RDONLY) == fd
        os.close(fd)


if __name__ == "__main__":
    mistakes.play(program)
