"""bind() fails, and listen() is called all the same."""

import errno
import socket

import mistakes

SAYS = (r"^bind\(\) had failed with EADDRINUSE; listen\(\) went on all the same, "
        r"and the kernel chose port \d+\.$")
SHOWS = None


def program(wrong):
    with socket.socket() as first, socket.socket() as second:
        # Bound, and not listening: bind() of the second is no mistake of another rule's.
        first.bind(("127.0.0.1", 8000))
        if wrong:
            mistakes.ignoring(errno.EADDRINUSE, second.bind, ("127.0.0.1", 8000))
        else:
            second.bind(("127.0.0.1", 8001))
        second.listen()


if __name__ == "__main__":
    mistakes.play(program)
