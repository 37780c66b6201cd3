"""
Sends a million bytes to a server that does not receive.

Watch: send() copies into the send buffer. With MSG_DONTWAIT it takes what there is room for
and returns how much that was: a short send. Without the flag it waits until there is room.
sendall() goes on until nothing is left.

By hand: python3 server.py 8000, in another terminal python3 client.py 127.0.0.1 8000,
then Enter in the first
"""
import socket
import sys

SIZE = 1000000


def main():
    if len(sys.argv) != 3:
        print(f'usage: {sys.argv[0]} ADDRESS PORT', file=sys.stderr)
        sys.exit(2)
    data = memoryview(b'x' * SIZE)     # its slices copy nothing

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 50000)
    sock.connect((sys.argv[1], int(sys.argv[2])))
    sent = sock.send(data, socket.MSG_DONTWAIT)     # now or never
    print('not all of it fits: the rest has to wait', flush=True)
    sock.sendall(data[sent:])
    sock.recv(1)        # nothing will come: this waits until the server has closed
    sock.close()


main()
