"""
Sends each line of its input as a datagram of its own, from a port of its own.

Watch: no connect(): each sendto() names the receiver. It succeeds whether or not anybody is
there; what nobody receives is lost, and the sender does not learn it. bind() is for senders
too, when the receiver shall see a known port; a socket is bound once, the second bind() fails.

By hand, in two terminals:    python3 receiver.py 9000        python3 sender.py 127.0.0.1 9000 9001
"""
import socket
import sys


def main():
    if len(sys.argv) != 4:
        print(f'usage: {sys.argv[0]} ADDRESS PORT OWN-PORT', file=sys.stderr)
        sys.exit(2)
    receiver = (sys.argv[1], int(sys.argv[2]))
    own_port = int(sys.argv[3])

    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(('127.0.0.1', own_port))
    try:
        sock.bind(('127.0.0.1', own_port + 1))
    except OSError as error:
        sys.stderr.write(f'sender.py: a second bind: {error.strerror}\n')

    for line in sys.stdin.buffer:
        # A datagram goes as a whole or not at all: there is no sendall().
        sock.sendto(line.rstrip(b'\n'), receiver)
    sock.close()


main()
