"""A server serves one client after the other, and closes none of the connections."""

import socket

import mistakes

SAYS = (r"^127\.0\.0\.1:\d+ has closed, recv\(\) returned 0, and close-wait-leak\.py went on with "
        r"others without close\(\d+\): the connection stayed in CLOSE_WAIT until the program ended\.$")
SHOWS = r"127\.0\.0\.1:8000 .*pid=\d+"


def serve_one(server, wrong):
    with socket.create_connection(("127.0.0.1", 8000)):
        conn, _ = server.accept()
    conn.recv(1)
    if wrong:
        conn.detach()  # as in C: nobody closes it


def program(wrong):
    with socket.create_server(("127.0.0.1", 8000)) as server:
        for _ in range(2):
            serve_one(server, wrong)
        mistakes.check()


if __name__ == "__main__":
    mistakes.play(program)
