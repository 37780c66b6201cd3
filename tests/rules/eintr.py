"""A child ends while its parent waits in accept(): SIGCHLD, EINTR, and the server gives up."""

import errno
import os
import signal
import socket
import sys
import time

import mistakes
from native import call

STATUS = 1
SAYS = (r"^SIGCHLD ended accept\(\) with EINTR; the program did not call it again, and ended with "
        r"status 1\.$")
SHOWS = None


def end_while_asleep(pid):
    """Asleep at several looks in a row: not for a moment on its way to the call."""
    asleep = 0
    while asleep < 5:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            asleep = asleep + 1 if file.read().rpartition(")")[2].split()[0] == "S" else 0
        time.sleep(0.002)
    os._exit(0)


def program(wrong):
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 8000))
        server.listen()
        # Python sets its handlers without SA_RESTART.
        signal.signal(signal.SIGCHLD, lambda *_: client.connect(("127.0.0.1", 8000)))
        if not os.fork():
            end_while_asleep(os.getppid())
        # As C does it: Python itself calls again.
        result, error = call("accept", server.fileno(), None, None)
        assert (result, error) == (-1, errno.EINTR)
        os.wait()
        if wrong:
            sys.exit(1)
        result, error = call("accept", server.fileno(), None, None)
        assert result > 0
        os.close(result)


if __name__ == "__main__":
    mistakes.play(program)
