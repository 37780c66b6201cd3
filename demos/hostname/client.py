"""
Connects to an address and waits until the server has closed.

Watch: 127.0.0.1 and 127.0.1.1 are both this machine, and still two addresses. Where no
socket is bound to the one that is called, nor to 0.0.0.0: ConnectionRefusedError.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
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
        sys.stderr.write(f'client.py: connect to {sys.argv[1]}: {error.strerror}\n')
        sock.close()
        sys.exit(1)
    sock.recv(16)
    print(f'reached the server at {sys.argv[1]}', flush=True)
    sock.close()


main()
