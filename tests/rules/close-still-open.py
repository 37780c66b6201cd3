"""A descriptor of the connection is closed, and a duplicate of it is not."""

import os

import mistakes

SAYS = (r"^close\(\) sent nothing: python3 \(pid \d+\) still holds this connection, as descriptor "
        r"\d+\. The FIN leaves with the last close\(\)\.$")
SHOWS = r"ESTAB .*127\.0\.0\.1:8000 .*pid=\d+"


def program(wrong):
    _, client, conn = mistakes.connection()
    copy = os.dup(conn.fileno()) if wrong else -1
    conn.close()
    mistakes.check()
    if copy >= 0:
        os.close(copy)
    client.recv(1)


if __name__ == "__main__":
    mistakes.play(program)
