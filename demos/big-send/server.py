"""
Accepts a client and does not receive; when Enter is pressed, it receives everything at last.

Watch: while nobody receives, the receive buffer fills, then the sender's send buffer. TCP
tells the sender with its window how much room there is: none. Nothing is lost.

By hand: python3 server.py 8000, in another terminal python3 client.py 127.0.0.1 8000,
then Enter in the first
"""
import socket
import sys

SIZE = 1000000


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # A small buffer, so that it fills soon; before listen(), for the accepted socket has it.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 50000)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    sock.listen(5)

    conn, address = sock.accept()
    print('Enter: receive', flush=True)
    sys.stdin.readline()
    data = conn.recv(SIZE, socket.MSG_WAITALL)      # until all of it is there
    print(f'{len(data)} bytes received', flush=True)
    conn.close()
    sock.close()


main()
