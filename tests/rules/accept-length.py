"""The length that accept() is given was never set."""

import ctypes
import socket

import mistakes
from native import works

SAYS = r"^\*addrlen was 0, no room: accept\(\) worked, but wrote no address\.$"
SHOWS = None


def program(wrong):
    address = ctypes.create_string_buffer(16)
    length = ctypes.c_uint32(0 if wrong else len(address))
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 8000))
        server.listen()
        client.connect(("127.0.0.1", 8000))
        socket.close(works("accept", server.fileno(), address, ctypes.byref(length)))


if __name__ == "__main__":
    mistakes.play(program)
