"""
Asks for a client without waiting, then waits for one with poll().

Watch: on a non-blocking socket accept() with nobody there fails at once: BlockingIOError,
which is an answer and no fault. poll() is the place to wait. The accepted socket is a blocking
one: it does not inherit the flag.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import select
import socket
import sys


def serve(conn):
    while True:
        data = conn.recv(1024)
        if not data:
            break
        print(f'received: {data.decode()}', flush=True)
        conn.sendall(b'done')


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    sock.listen(5)
    sock.setblocking(False)

    poll = select.poll()
    poll.register(sock, select.POLLIN)
    while True:
        try:
            conn, address = sock.accept()
            break
        except BlockingIOError:
            print('nobody there yet', flush=True)
            poll.poll()
    serve(conn)
    conn.close()
    sock.close()


main()
