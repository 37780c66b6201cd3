"""A non-blocking socket that is asked again and again."""

import errno
import select
import socket

import mistakes

SAYS = r"^Within \d+ ms 1001 calls on this socket failed with EAGAIN, and nothing was waited for between them: "
SHOWS = None


ENOUGH = 3000  # a loaded machine may need more than a second for the first thousand


def program(wrong):
    with socket.create_server(("127.0.0.1", 8000)) as server:
        server.setblocking(False)
        for _ in range(ENOUGH):
            if not wrong:
                select.select([server], [], [], 0)
            mistakes.ignoring(errno.EAGAIN, server.accept)


if __name__ == "__main__":
    mistakes.play(program)
