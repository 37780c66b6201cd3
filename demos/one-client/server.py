"""
An echo server that serves one client until it leaves, and only then takes the next.

Watch: while recv() waits for the first client's next line, nobody calls accept(). The second
client is connected all the same, by the kernel, and waits in the queue with what it has
sent. The repair is to watch all sockets at once, or a process or thread for each client:
see the demos select-server, fork-server, thread-server.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def serve(conn):
    """Comes back when this client has gone, and not before."""
    try:
        while True:
            data = conn.recv(1024)
            if not data:
                break
            conn.sendall(data)
    except OSError as error:
        sys.stderr.write(f'server.py: the client left: {error.strerror}\n')


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # So that it can be restarted at once: see the demo address-in-use.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    sock.listen(5)

    while True:
        conn, address = sock.accept()
        print('serving a client', flush=True)
        serve(conn)
        print('free for the next', flush=True)
        conn.close()


main()
