"""A server with a child for each client does not close the connection that its child serves."""

import os
import socket
import time

import mistakes

SAYS = (r"^fork-parent-holds\.py-3 has served 127\.0\.0\.1:\d+ and holds the connection no more, but "
        r"fork-parent-holds\.py still has it open, as descriptor \d+: so no FIN is sent, and "
        r"fork-parent-holds\.py-2 sees no end\.$")
SHOWS = r"ESTAB .*127\.0\.0\.1:8000 .*pid=\d+"


def connect():
    return socket.create_connection(("127.0.0.1", 8000))


def sleeps(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        return file.read().rsplit(")", 1)[1].split()[0] == "S"


def be_clients(served, server):
    """The second one comes when the server sleeps in accept()."""
    first = connect()
    first.send(b"hello")
    first.recv(5)
    os.read(served, 1)
    while not sleeps(server):
        time.sleep(0.001)
    connect().close()
    os.read(served, 1)  # it waits for the end
    first.close()


def serve(server, wrong):
    conn, _ = server.accept()
    child = os.fork()
    if child == 0:
        server.close()
        conn.send(conn.recv(5))
        os._exit(0)
    if not wrong:
        conn.close()
    os.waitpid(child, 0)
    return conn


def program(wrong):
    server = socket.create_server(("127.0.0.1", 8000))
    served, tell = os.pipe()
    clients = mistakes.fork(lambda: be_clients(served, os.getppid()))
    conn = serve(server, wrong)
    os.write(tell, b"x")
    server.accept()
    mistakes.check()
    conn.close()
    os.write(tell, b"x")
    os.waitpid(clients, 0)


if __name__ == "__main__":
    mistakes.play(program)
