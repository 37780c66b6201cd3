"""
Hears the server's goodbye and ends. As `client.py ADDRESS PORT first` it closes at once, else
when the server has closed.

Watch: who closes first waits. With `first` that is this end: TIME_WAIT keeps the client's
ephemeral port for 60 seconds. That hurts nobody, since the next client gets another one.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000 first
"""
import socket
import sys


def main():
    if len(sys.argv) < 3:
        print(f'usage: {sys.argv[0]} ADDRESS PORT [first]', file=sys.stderr)
        sys.exit(2)
    first = len(sys.argv) > 3

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect((sys.argv[1], int(sys.argv[2])))
    data = sock.recv(1024)
    while data and not first:
        data = sock.recv(1024)
    sock.close()


main()
