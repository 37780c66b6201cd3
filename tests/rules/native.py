"""The C library's calls as a C program makes them: Python's own forbid many a mistake."""

import ctypes
import errno
import os
import socket
import struct

LIBC = ctypes.CDLL(None, use_errno=True)


def call(name, *arguments):
    """The result, and errno where that is -1."""
    result = getattr(LIBC, name)(*arguments)
    return result, ctypes.get_errno() if result == -1 else 0


def works(name, *arguments):
    result, error = call(name, *arguments)
    if result == -1:
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return result


def fails(error, name, *arguments):
    """It does, with that errno, which is the mistake's effect and no surprise."""
    result, found = call(name, *arguments)
    if (result, found) != (-1, error):
        raise AssertionError(f"{name} gave {result}, {errno.errorcode.get(found)}")


def sockaddr_in(address, port, family=socket.AF_INET, order=">"):
    """A struct sockaddr_in; order "<" forgets htons() and htonl()."""
    number = struct.unpack(">I", socket.inet_aton(address))[0]
    return struct.pack("=H", family) + struct.pack(order + "HI", port, number) + bytes(8)
