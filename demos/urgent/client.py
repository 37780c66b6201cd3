"""
Sends a little, then something urgent, then a little more.

Watch: MSG_OOB sets the URG flag on the segment. Nothing overtakes anything: the bytes travel
in their order, and the flag only says up to where they are urgent.

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
    sock.sendall(b'before ')
    sock.sendall(b'now!', socket.MSG_OOB)
    sock.sendall(b' after')
    sock.close()


main()
