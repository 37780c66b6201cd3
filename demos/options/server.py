"""
Accepts one client and waits until it has closed. The two options that it sets on its
listening socket are inherited by the accepted one.

Watch: getsockname() is this end of the connection, getpeername() the other one. SO_RCVBUF
was set on the listening socket, and the accepted one has it.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def serve(conn):
    address, port = conn.getpeername()
    print(f'a client at {address}', flush=True)
    size = conn.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    print(f"the accepted socket's receive buffer: {size}", flush=True)
    conn.recv(1024)             # nothing will come: this waits until the client has closed


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 30000)
    sock.bind(('0.0.0.0', int(sys.argv[1])))
    sock.listen(5)

    listens = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    print(f'does it listen? {listens}', flush=True)
    conn, address = sock.accept()
    serve(conn)
    conn.close()
    sock.close()


main()
