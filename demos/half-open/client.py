"""
Connects, and never reads what the server says: it only waits for the end of its input.

Watch: the scenario takes the network away and then kills it. Its kernel forgets the connection
at once: with data unread it sends a RST and keeps nothing. But the RST is lost, as
everything is that a host says whose cable is cut or whose power fails.

By hand, where one can unplug something:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def main():
    if len(sys.argv) != 3:
        print(f'usage: {sys.argv[0]} ADDRESS PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect((sys.argv[1], int(sys.argv[2])))
    sys.stdin.read()
    sock.close()


main()
