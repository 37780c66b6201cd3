"""A port that only the privileged may take."""

import errno
import os
import socket

import mistakes

SAYS = r"^Port 80 is below 1024, the first that everybody may take; .* without CAP_NET_BIND_SERVICE\.$"
SHOWS = r"net\.ipv4\.ip_unprivileged_port_start = 1024"


def program(wrong):
    if os.geteuid() == 0:
        os.setuid(65534)  # root may take any port
    with socket.socket() as server:
        if wrong:
            mistakes.ignoring(errno.EACCES, server.bind, ("127.0.0.1", 80))
            mistakes.check()
        else:
            server.bind(("127.0.0.1", 1024))


if __name__ == "__main__":
    mistakes.play(program)
