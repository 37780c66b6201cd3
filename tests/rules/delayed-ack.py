"""One end closes, and the other one takes its time to acknowledge the FIN."""

import socket
import subprocess

import mistakes

SAYS = (r"^delayed-ack\.py was in FIN_WAIT_1 for \d+ ms: delayed-ack\.py acknowledged its FIN so "
        r"late\. An acknowledgement is often delayed by some 40 ms, in case there is data to send "
        r"it with\.$")
SHOWS = r"TcpExtDelayedACKs +[1-9]"

FIN_WAIT_1 = 4
# What goes through this route is acknowledged at once.
AT_ONCE = "ip route replace local 127.0.0.1 dev lo table local quickack 1".split()


def state(sock):
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]


def program(wrong):
    if not wrong:
        subprocess.run(AT_ONCE, check=True)
    _, client, conn = mistakes.connection()
    for _ in range(20):  # a conversation, as in telnet: acknowledgements travel with the answers
        client.send(b"x")
        conn.recv(1)
        conn.send(b"x")
        client.recv(1)
    client.shutdown(socket.SHUT_WR)
    while state(client) == FIN_WAIT_1:
        pass
    mistakes.check()
    conn.close()


if __name__ == "__main__":
    mistakes.play(program)
