"""
Reads what the server says until the server has closed, then closes too.

Watch: recv() returns b'' only after the server's close(), so this end closes second and
keeps nothing: TIME_WAIT stays with the server.

By hand: python3 server.py 8000, in another terminal python3 client.py 127.0.0.1 8000,
then python3 server.py 8000
"""
import socket
import sys


def main():
    if len(sys.argv) != 3:
        print(f'usage: {sys.argv[0]} ADDRESS PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect((sys.argv[1], int(sys.argv[2])))
    while True:
        data = sock.recv(1024)
        if not data:
            break
        print(data.decode(errors='replace'), flush=True)
    sock.close()


main()
