"""A receive ends inside a character."""

import socket

import mistakes

SAYS = r"^These 4 bytes end inside a character: it has 3 bytes in UTF-8, of which 1 is here; the rest"
SHOWS = None


def program(wrong):
    text = "你好".encode()  # six bytes
    with socket.create_server(("127.0.0.1", 8000)) as server:
        with socket.create_connection(("127.0.0.1", 8000)) as client:
            conn, _ = server.accept()
            with conn:
                client.sendall(text)
                for size in [4, 2] if wrong else [3, 3]:
                    conn.recv(size)


if __name__ == "__main__":
    mistakes.play(program)
