"""
Prints each datagram that comes to its port, and who sent it, until one says `exit`.

Watch: no listen(), no accept(): one socket receives from everybody, and recvfrom() tells
from whom. Each recvfrom() gives one whole datagram, as it was sent. b'' is an empty
datagram and no end: there is no connection that could end.

By hand, in two terminals:    python3 receiver.py 9000        python3 sender.py 127.0.0.1 9000 9001
"""
import socket
import sys


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.bind(('127.0.0.1', int(sys.argv[1])))
    except OSError as error:
        sys.stderr.write(f'receiver.py: bind: {error.strerror}\n')
        sock.close()
        sys.exit(1)

    data = b''
    while data != b'exit':
        data, (address, port) = sock.recvfrom(1023)
        text = data.decode(errors='replace')
        print(f'{address}:{port} sent {len(data)} bytes: "{text}"', flush=True)
    sock.close()


main()
