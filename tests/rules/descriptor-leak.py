"""A server accepts one client after the other, and closes none of the connections."""

import errno
import resource
import socket

import mistakes

SAYS = (r"^All 16 descriptors that the program may have are open\. It has accepted \d+ connections and "
        r"closed none, though of \d+ the client has closed \(CLOSE_WAIT\)\.$")
SHOWS = r"15 -> socket:"

MOST = 16


def serve(server, wrong):
    for _ in range(MOST):
        with socket.create_connection(("127.0.0.1", 8000)):
            conn, _ = server.accept()
        conn.recv(1)
        if wrong:
            conn.detach()  # as in C: nobody closes it
        else:
            conn.close()


def program(wrong):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    server = socket.create_server(("127.0.0.1", 8000))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MOST, hard))
    if wrong:
        mistakes.ignoring(errno.EMFILE, serve, server, wrong)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        mistakes.check()
    else:
        serve(server, wrong)


if __name__ == "__main__":
    mistakes.play(program)
