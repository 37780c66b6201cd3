"""A receive that asks for less than one send has sent."""

import socket

import mistakes

SAYS = r"^This recv\(\) got 2 of the 5 bytes that were sent together: TCP carries a stream of bytes, no messages\.$"
SHOWS = None


def program(wrong):
    with socket.create_server(("127.0.0.1", 8000)) as server:
        with socket.create_connection(("127.0.0.1", 8000)) as client:
            conn, _ = server.accept()
            with conn:
                client.sendall(b"hello")
                for size in [2, 3] if wrong else [5]:
                    conn.recv(size)


if __name__ == "__main__":
    mistakes.play(program)
