"""What the programs of this folder share. Each makes one mistake, the one it is named after, if it
is started with `wrong`, and with `right` does the nearest correct thing:

    python3 bind-in-use.py wrong|right

SAYS is a pattern for what the rule says then, SHOWS one for the command that it names to check it
by hand; both None where the rule names none. check() is called where that command is to be run.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time


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


# --- programs that end only if somebody ends them --------------------------------------------------

PATIENCE = 10  # seconds; then the rule has not fired, which the test will say


def told(rule):
    """Waits until the tracer has written that rule into its record."""
    with open("/proc/self/status", encoding="ascii") as file:
        tracer = file.read().split("TracerPid:")[1].split()[0]
    with open(f"/proc/{tracer}/cmdline", "rb") as file:
        words = file.read().split(b"\0")
    needle, end = f'"{rule}"'.encode(), time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with open(words[words.index(b"-o") + 1], "rb") as record:
            if needle in record.read():
                return
        time.sleep(0.02)


def fork(work, *arguments):
    """The pid of a process that does that and nothing else."""
    pid = os.fork()
    if pid:
        return pid
    work(*arguments)
    sys.stdout.flush()
    os._exit(0)


def converse(serve, call, rule=None):
    """Two processes, one with each end of a connection. With a rule they are held up: the client is
    ended when the rule has been told, so that the server's call returns too."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 8000))
        listener.listen()
        server = fork(_serve, serve, listener)
        client = fork(_call, call, listener)
    if rule:
        told(rule)
        check()
        os.kill(client, signal.SIGTERM)
    os.waitpid(client, 0)
    os.waitpid(server, 0)


def _serve(serve, listener):
    conn, _ = listener.accept()
    listener.close()
    with conn, contextlib.suppress(ConnectionResetError, BrokenPipeError):
        serve(conn)


def _call(call, listener):
    listener.close()
    with socket.create_connection(("127.0.0.1", 8000)) as sock:
        call(sock)
