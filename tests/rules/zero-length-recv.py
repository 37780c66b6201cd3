"""A receive of 0 bytes, whose 0 looks like the end."""

import os
import socket

import mistakes

SAYS = r"^read\(\) was asked for 0 bytes: its 0 is not the end of the connection, and takes nothing\.$"
SHOWS = None


def program(wrong):
    with socket.create_server(("127.0.0.1", 8000)) as server:
        with socket.create_connection(("127.0.0.1", 8000)) as client:
            conn, _ = server.accept()
            with conn:
                client.sendall(b"hello")
                # conn.recv(0) would ask nobody: CPython answers by itself.
                os.read(conn.fileno(), 0 if wrong else 5)
                if wrong:
                    conn.recv(5)


if __name__ == "__main__":
    mistakes.play(program)
