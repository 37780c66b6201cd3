"""A connection for each question: soon each local port is in TIME_WAIT."""

import errno
import socket

import mistakes

OPTIONS = ["--isolate", "--sysctl", "net.ipv4.ip_local_port_range=40000 40001"]
SAYS = (r"^No local port is free for 127\.0\.0\.1:8000: there are 2, from 40000 to 40001, "
        r"and 2 connections to that port are in TIME_WAIT\.$")
SHOWS = r"TIME-WAIT[^\n]*:40000[\s\S]*TIME-WAIT|TIME-WAIT[^\n]*:40001[\s\S]*TIME-WAIT"


def ask(server):
    with socket.socket() as client:
        client.connect(("127.0.0.1", 8000))
        conn, _ = server.accept()
        client.close()
        conn.recv(1)
        conn.close()


def program(wrong):
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 8000))
        server.listen()
        ask(server)
        if wrong:
            ask(server)
            mistakes.ignoring(errno.EADDRNOTAVAIL, client.connect, ("127.0.0.1", 8000))
            mistakes.check()


if __name__ == "__main__":
    mistakes.play(program)
