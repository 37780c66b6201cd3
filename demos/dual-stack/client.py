"""
Connects to an address of either family, and prints what the server calls it.

Watch: create_connection() asks getaddrinfo() which family the socket must have. A name may
have several addresses: it tries them in turn.

By hand: python3 server.py 8000, in another terminal python3 client.py 127.0.0.1 8000,
then python3 client.py ::1 8000
"""
import socket
import sys


def main():
    if len(sys.argv) != 3:
        print(f'usage: {sys.argv[0]} ADDRESS PORT', file=sys.stderr)
        sys.exit(2)
    host, port = sys.argv[1:]

    try:
        sock = socket.create_connection((host, port))
    except OSError as error:
        sys.exit(f'client.py: {host} port {port}: {error.strerror}')
    while True:
        data = sock.recv(1024)
        if not data:
            break
        print(f'for the server I am {data.decode()}', flush=True)
    sock.close()


main()
