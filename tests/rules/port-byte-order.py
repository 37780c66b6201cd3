"""The server forgets htons(): 8080 becomes 36895."""

import errno
import socket

import mistakes
from native import sockaddr_in, works

SAYS = (r"^Nobody listens on port 8080\. \S+ \(pid \d+\) listens on 127\.0\.0\.1:36895, "
        r"and 36895 is 8080 with its two bytes swapped: one of the two programs lacks htons\(\)\.$")
SHOWS = r"127\.0\.0\.1:36895"


def program(wrong):
    address = sockaddr_in("127.0.0.1", 8080)
    forgotten = address[:2] + address[3:1:-1] + address[4:]
    with socket.socket() as server, socket.socket() as client:
        works("bind", server.fileno(), forgotten if wrong else address, len(address))
        server.listen()
        if wrong:
            mistakes.ignoring(errno.ECONNREFUSED, client.connect, ("127.0.0.1", 8080))
            mistakes.check()
        else:
            client.connect(("127.0.0.1", 8080))


if __name__ == "__main__":
    mistakes.play(program)
