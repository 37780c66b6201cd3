"""A loop that takes the end for a message."""

import socket

import mistakes

SAYS = r"^recv\(\) has returned 0 100 times running, each time at once: .* The connection stays in CLOSE_WAIT"
SHOWS = r"127\.0\.0\.1:8000"


def program(wrong):
    with socket.create_server(("127.0.0.1", 8000)) as server:
        with socket.create_connection(("127.0.0.1", 8000)) as client:
            conn, _ = server.accept()
            client.sendall(b"hello")
        with conn:
            for _ in range(102):
                if not conn.recv(100) and not wrong:
                    break
            if wrong:
                mistakes.check()


if __name__ == "__main__":
    mistakes.play(program)
