"""
Connects, waits until the server has closed, and closes too.

Watch: connect() makes this socket the active end of a connection; it needs no bind().

By hand, in two terminals:    python3 server.py 8000 listen        python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def main():
    if len(sys.argv) != 3:
        print(f'usage: {sys.argv[0]} ADDRESS PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect((sys.argv[1], int(sys.argv[2])))
    data = sock.recv(1024)
    print(f'the server sent {len(data)} bytes', flush=True)
    sock.close()


main()
