"""
Prints how much a client sends. It takes only an exception for the end, and spins when the client
has closed. As `server.py PORT repaired` it knows that b'' is the end.

Watch: after the client's FIN recv() does not wait and does not fail: it returns b'', each time
it is called, with the connection in CLOSE_WAIT. A loop that waits for an exception never ends.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import socket
import sys

# The bug spins for ever; a lesson ends.
ENOUGH = 6


def serve_and_spin(conn):
    """The bug: only an exception ends the loop, and none comes."""
    for i in range(ENOUGH):
        try:
            data = conn.recv(1024)
        except OSError:
            return
        print(f'got {len(data)} bytes', flush=True)
    print('... and so on, for ever', flush=True)


def serve(conn):
    """The repair: b'' is the end."""
    while True:
        data = conn.recv(1024)
        if not data:
            break
        print(f'got {len(data)} bytes', flush=True)
    print('the client has closed', flush=True)


def main():
    if len(sys.argv) < 2:
        print(f'usage: {sys.argv[0]} PORT [repaired]', file=sys.stderr)
        sys.exit(2)
    repaired = len(sys.argv) > 2

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    sock.listen(5)

    conn, address = sock.accept()
    if repaired:
        serve(conn)
    else:
        serve_and_spin(conn)
    conn.close()
    sock.close()


main()
