"""The client waits at its terminal, and the server for what is typed there."""

import os
import select
import socket
import time

import mistakes

SAYS = r"^(\S+) waits for input at its terminal; until something is typed there and sent, (?!\1)\S+ waits for it\.$"
SHOWS = r"^0 0x0 "


def type_a_line(terminal, wrong):
    """When the rule has been told; by a shell whose parent is the client, as the command says."""
    if wrong:
        mistakes.told("waits-for-input")
    command = os.environ.get("CHECK", ":")
    os.set_inheritable(terminal, True)
    os.execlp("sh", "sh", "-c", f'echo "<check>$({command})</check>"; echo hello >&{terminal}')


def client(listener, terminal, keyboard, wrong):
    listener.close()
    os.dup2(keyboard, 0)
    typist = mistakes.fork(type_a_line, terminal, wrong)
    with socket.create_connection(("127.0.0.1", 8000)) as sock:
        if not wrong:
            select.select([0, sock], [], [])  # hears of both
        sock.sendall(os.read(0, 100))
        os.waitpid(typist, 0)


def sleeps_in_read(pid):
    with open(f"/proc/{pid}/syscall", encoding="ascii") as file:
        return file.read().startswith("0 0x0 ")


def program(wrong):
    terminal, keyboard = os.openpty()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 8000))
        listener.listen()
        pid = mistakes.fork(client, listener, terminal, keyboard, wrong)
        conn, _ = listener.accept()
        while wrong and not sleeps_in_read(pid):
            time.sleep(0.01)
        with conn:
            conn.recv(100)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    mistakes.play(program)
