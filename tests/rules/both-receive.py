"""Each side leaves the first word to the other one."""

import mistakes

SAYS = r"^\S+ and \S+ both wait to receive, each for the other, and nothing is under way"
SHOWS = r"ESTAB\s+0\s+0\s+127\.0\.0\.1:8000"


def listen_first(sock):
    sock.recv(16)


def greet(sock):
    sock.sendall(b"hello")
    sock.recv(16)


def program(wrong):
    mistakes.converse(listen_first, listen_first if wrong else greet, wrong and "both-receive")


if __name__ == "__main__":
    mistakes.play(program)
