"""Descriptor 1100 goes into select(); an fd_set has room for 1024."""

import ctypes
import fcntl
import resource
import select
import socket

import mistakes
from native import works

OPTIONS = ["--isolate", "--trace=wait"]
SAYS = (r"^Descriptor 1100 was given to select\(\): an fd_set ends at 1023, and FD_SET\(\) beyond that "
        r"overwrites what lies behind it\.$")
SHOWS = None


def program(wrong):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (2000, hard))
    one, other = socket.socketpair()
    fd = fcntl.fcntl(one, fcntl.F_DUPFD, 1100)
    other.sendall(b"hello")
    if wrong:
        # Python refuses such a descriptor. What lies behind the set belongs to nobody here.
        bits = ctypes.create_string_buffer(4096)
        bits[fd // 8] = 1 << fd % 8
        assert works("select", fd + 1, bits, None, None, None) == 1
    else:
        poll = select.poll()
        poll.register(fd, select.POLLIN)
        assert poll.poll() == [(fd, select.POLLIN)]


if __name__ == "__main__":
    mistakes.play(program)
