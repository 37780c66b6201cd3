"""
Connects to a port where nobody listens.

Watch: the SYN is answered by RST, so connect() fails at once: ConnectionRefusedError. The
host is there, the network works; only the server is not. The socket still has to be closed.

By hand:    python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def main():
    if len(sys.argv) != 3:
        print(f'usage: {sys.argv[0]} ADDRESS PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.connect((sys.argv[1], int(sys.argv[2])))
    except OSError as error:
        sys.stderr.write(f'client.py: connect: {error.strerror}\n')
        sock.close()
        sys.exit(1)
    print('connected: somebody listens after all', flush=True)
    sock.close()


main()
