"""Both send more than all buffers hold, and only then would receive."""

import mistakes

SAYS = r"both wait to send, and neither of them receives: \d+ bytes lie unread at \S+, \d+ at"
SHOWS = r"ESTAB\s+[1-9]\d*\s+[1-9]\d*\s+127\.0\.0\.1:8000"


SIZE = 20_000_000


def send_first(sock):
    sock.sendall(bytes(SIZE))
    receive_all(sock)


def receive_all(sock):
    left = SIZE
    while left and (data := sock.recv(1_000_000)):
        left -= len(data)


def receive_first(sock):
    receive_all(sock)
    sock.sendall(bytes(SIZE))


def program(wrong):
    mistakes.converse(send_first if wrong else receive_first, send_first, wrong and "both-send")


if __name__ == "__main__":
    mistakes.play(program)
