"""The server serves one client until it leaves; the second hangs."""

import os
import select
import socket
import struct

import mistakes

SAYS = (r"^1 connection waits in the queue of 127\.0\.0\.1:8000, while \S+ sleeps in recv\(\) "
        r"with 127\.0\.0\.1:\d+\.$")
SHOWS = r"LISTEN +1 +\d+ +127\.0\.0\.1:8000"


def clients(wrong):
    with socket.socket() as first, socket.socket() as second:
        first.connect(("127.0.0.1", 8000))
        second.connect(("127.0.0.1", 8000))
        # So that it ends: a person would close the first one.
        second.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("qq", 0, 500000))
        try:
            second.recv(100)
        except BlockingIOError:
            assert wrong
        mistakes.check()


def serve(wrong, server):
    first, _ = server.accept()
    if not wrong:
        select.select([server], [], [])
        second, _ = server.accept()
        second.sendall(b"hello")
        second.close()
    first.recv(100)
    first.close()


def program(wrong):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 8000))
        server.listen()
        child = os.fork()
        if not child:
            server.close()
            clients(wrong)
            return
        serve(wrong, server)
        assert os.waitpid(child, 0)[1] == 0


if __name__ == "__main__":
    mistakes.play(program)
