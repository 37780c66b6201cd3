"""
Says goodbye to one client and ends. As `server.py PORT first` it closes at once, else when
the client has closed.

Watch: who closes first waits. Its end goes through FIN_WAIT_1 to TIME_WAIT, and the kernel
keeps it 60 seconds more, when the program has long ended. The other end goes through
CLOSE_WAIT and LAST_ACK, and is gone at once. With `first` that is this end, and its port
cannot be bound again meanwhile.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000 first
"""
import socket
import sys


def main():
    if len(sys.argv) < 2:
        print(f'usage: {sys.argv[0]} PORT [first]', file=sys.stderr)
        sys.exit(2)
    first = len(sys.argv) > 2

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.bind(('127.0.0.1', int(sys.argv[1])))
    except OSError as error:
        sys.stderr.write(f'server.py: bind: {error.strerror}\n')
        sock.close()
        sys.exit(1)
    sock.listen(5)

    conn, address = sock.accept()
    conn.send(b'goodbye')
    while not first and conn.recv(1024):
        pass
    conn.close()
    sock.close()


main()
