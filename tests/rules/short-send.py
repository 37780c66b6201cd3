"""A send takes what there is room for, and nobody sends the rest."""

import socket

import mistakes

SAYS = r"^A send\(\) took \d+ of 20000000 bytes; until this close\(\) \d+ of them were not sent, and now they never will be\.$"
SHOWS = None


SIZE = 20_000_000


def receive_all(conn):
    while conn.recv(1_000_000):
        pass


def program(wrong):
    def send(sock):
        sent = sock.send(bytes(SIZE), socket.MSG_DONTWAIT)
        if not wrong:
            sock.sendall(bytes(SIZE - sent))

    mistakes.converse(receive_all, send)


if __name__ == "__main__":
    mistakes.play(program)
