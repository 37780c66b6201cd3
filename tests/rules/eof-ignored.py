"""The other side has closed, and receiving goes on."""

import socket

import mistakes

SAYS = r"^recv\(\) has returned 0 three times running: .* The connection stays in CLOSE_WAIT"
SHOWS = r"127\.0\.0\.1:8000"


def program(wrong):
    with socket.create_server(("127.0.0.1", 8000)) as server:
        with socket.create_connection(("127.0.0.1", 8000)) as client:
            conn, _ = server.accept()
            client.sendall(b"hello")
        with conn:
            # Once to know it, and once more is no mistake yet: files do so.
            for _ in range(4 if wrong else 3):
                conn.recv(100)
            if wrong:
                mistakes.check()


if __name__ == "__main__":
    mistakes.play(program)
