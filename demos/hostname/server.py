"""
Listens on the address of its own host name and tells each client to which address it came.
As `server.py PORT ADDRESS` it listens on that address instead.

Watch: a server is reached only at the address that it has bound. On Debian /etc/hosts gives
the machine's own name 127.0.1.1, which is not 127.0.0.1, localhost: there nobody listens.
0.0.0.0 stands for all addresses of the machine. It is no address of a connection: the
accepted socket has the one that the client has called, see getsockname().

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def print_address(what, sock):
    address, port = sock.getsockname()
    print(f'{what} {address}:{port}', flush=True)


def main():
    if len(sys.argv) < 2:
        print(f'usage: {sys.argv[0]} PORT [ADDRESS]', file=sys.stderr)
        sys.exit(2)
    name = sys.argv[2] if len(sys.argv) > 2 else socket.gethostname()

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind((name, int(sys.argv[1])))     # looks the name up in /etc/hosts
    sock.listen(5)
    print_address('listening on', sock)
    while True:
        conn, address = sock.accept()
        print_address('a client has come to', conn)
        conn.close()


main()
