"""A server is started anew while a child of the old one still has its listening socket."""

import errno
import os
import socket

import mistakes

SAYS = (r"^127\.0\.0\.1:8000 is held by python3 \(pid \d+\), a child: it still has the listening "
        r"descriptor \d+ from the time of fork\(\), and never calls accept\(\)\. "
        r"fork-child-holds-listener\.py \(pid \d+\), which called listen\(\), has it no more\.$")
SHOWS = r"LISTEN .*127\.0\.0\.1:8000 .*pid=\d+"


def program(wrong):
    server = socket.create_server(("127.0.0.1", 8000))
    ready, tell = os.pipe()
    end, finish = os.pipe()

    def stay():
        os.close(finish)
        if not wrong:
            server.close()
        os.write(tell, b"x")
        os.read(end, 1)

    child = mistakes.fork(stay)
    os.read(ready, 1)
    server.close()
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if wrong:
            mistakes.ignoring(errno.EADDRINUSE, again.bind, ("127.0.0.1", 8000))
            mistakes.check()
        else:
            again.bind(("127.0.0.1", 8000))
    os.close(finish)
    os.waitpid(child, 0)


if __name__ == "__main__":
    mistakes.play(program)
