"""What the programs of this folder share. Each makes one mistake, the one it is named after, if it
is started with `wrong`, and with `right` does the nearest correct thing:

    python3 bind-in-use.py wrong|right

SAYS is a pattern for what the rule says then, SHOWS one for the command that it names to check it
by hand; both None where the rule names none. check() is called where that command is to be run.
"""

import os
import socket
import subprocess
import sys


def play(program):
    """program(wrong) for the word on the command line."""
    if sys.argv[1:] not in (["wrong"], ["right"]):
        sys.exit(f"usage: {sys.argv[0]} wrong|right")
    program(sys.argv[1] == "wrong")


def check():
    """Runs the rule's command, if the test has one to be run."""
    command = os.environ.get("CHECK")
    if command:
        done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
        print(f"<check>{done.stdout}</check>", flush=True)


def ignoring(error, call, *arguments):
    """Makes a call that fails with that errno, which is the mistake's effect and no surprise."""
    try:
        call(*arguments)
    except OSError as caught:
        if caught.errno != error:
            raise
    else:
        raise AssertionError(f"{call} did not fail with {os.strerror(error)}")


def connection(port=8000):
    """A listener on that port and a connection to it: the three sockets, the server's end last."""
    server = socket.socket()
    server.bind(("127.0.0.1", port))
    server.listen()
    client = socket.create_connection(("127.0.0.1", port))
    conn, _ = server.accept()
    return server, client, conn


def fork(work):
    """A child that does the work and ends: its pid."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    return child
