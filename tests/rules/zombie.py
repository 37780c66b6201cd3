"""A server with children, for which nobody waits when they end."""

import os
import signal
import socket
import time

import mistakes

SAYS = r"^1 child of zombie\.py ended and nobody has called waitpid\(\): \d+ is a zombie\.$"
SHOWS = r"\d+ +Z"


def state(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return file.read().rsplit(")", 1)[1].split()[0]


def program(wrong):
    server = socket.create_server(("127.0.0.1", 8000))
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    parent = os.getpid()
    child = mistakes.fork(lambda: None)
    signal.sigwait({signal.SIGCHLD})
    if not wrong:
        os.waitpid(child, 0)

    def come_later():
        while state(parent) != "S":
            time.sleep(0.001)
        socket.create_connection(("127.0.0.1", 8000)).close()

    mistakes.fork(come_later)
    server.accept()
    mistakes.check()


if __name__ == "__main__":
    mistakes.play(program)
