"""
Connects and says nothing, until the server closes.

Watch: it sleeps in one recv() all the time. The probes are answered by its kernel, so they
prove that the host is there and the program has not ended, not that it does anything.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
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
    print(f'{len(data)} bytes in all that time', flush=True)
    sock.close()


main()
