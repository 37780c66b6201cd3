"""
One socket that connects to itself: bound to a port, it calls the same port.

Watch: its SYN meets a socket that has sent a SYN too. That is a simultaneous open: SYN_SENT,
SYN_RCVD, ESTABLISHED, with no listen() and no accept(). What it sends it receives. close()
is simultaneous as well: its FIN meets its FIN, so FIN_WAIT_1 is followed by CLOSING.

By hand:    python3 self.py 8000
"""
import socket
import sys


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)
    address = ('127.0.0.1', int(sys.argv[1]))

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind(address)
    sock.connect(address)
    print(f'connected, though nobody listens on port {address[1]}', flush=True)

    sock.sendall(b'is anybody there?')
    data = sock.recv(1024)
    print(f'the answer: {data.decode()}', flush=True)
    sock.close()


main()
