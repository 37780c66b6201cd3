"""listen() without bind(): nobody knows the port."""

import socket

import mistakes

SAYS = r"^Nobody called bind\(\): the kernel chose port 40000\."
OPTIONS = ["--isolate", "--sysctl=net.ipv4.ip_local_port_range=40000 40000"]
SHOWS = r"LISTEN .*0\.0\.0\.0:40000 .*pid=\d+"


def program(wrong):
    with socket.socket() as server:
        if not wrong:
            server.bind(("127.0.0.1", 0))
        server.listen()
        mistakes.check()


if __name__ == "__main__":
    mistakes.play(program)
