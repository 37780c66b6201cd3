"""A client gives up before the server has called accept()."""

import socket

import mistakes

SAYS = (r"^close-wait-queue\.py has left before close-wait-queue\.py called accept\(\): the "
        r"connection waits in the accept queue of port 8000, in CLOSE_WAIT, and no descriptor of "
        r"it exists yet\.$")
SHOWS = r"127\.0\.0\.1:8000 .* ino:0 "


def program(wrong):
    with socket.create_server(("127.0.0.1", 8000)) as server:
        with socket.create_connection(("127.0.0.1", 8000)):
            conn = None if wrong else server.accept()[0]
        mistakes.check()
        conn = conn or server.accept()[0]
        conn.recv(1)
        conn.close()


if __name__ == "__main__":
    mistakes.play(program)
