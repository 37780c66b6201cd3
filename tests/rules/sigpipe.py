"""A program that does not ignore SIGPIPE, as none in C does by itself, sends once too often."""

import errno
import signal

import mistakes

SAYS = (r"^send\(\) failed with EPIPE, for the connection to 127\.0\.0\.1:8000 had been reset\. "
        r"SIGPIPE, which comes with EPIPE, ended sigpipe\.py before it could see that\.$")
SHOWS = None
STATUS = -signal.SIGPIPE


def program(wrong):
    _, client, conn = mistakes.connection()
    if wrong:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    conn.close()
    client.send(b"this is answered with RST")
    mistakes.ignoring(errno.EPIPE, client.send, b"and this fails")


if __name__ == "__main__":
    mistakes.play(program)
