"""
Asks a socket what it is and what it has, before and after connect(), and changes some of it.

Watch: the kernel gives twice the buffer that one asks for, because it counts its own
bookkeeping too. The address of this end is there only after connect(), which chose the port;
the address of the other end can be asked for only as long as there is a connection.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def show(sock, level, name, text):
    """SOL_SOCKET: the socket itself; IPPROTO_TCP: what its protocol does."""
    print(f'{text}: {sock.getsockopt(level, name)}', flush=True)


def prepare(sock):
    show(sock, socket.SOL_SOCKET, socket.SO_TYPE, 'type (1 is SOCK_STREAM)')
    show(sock, socket.SOL_SOCKET, socket.SO_RCVBUF, 'receive buffer')
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 50000)
    show(sock, socket.SOL_SOCKET, socket.SO_RCVBUF, 'receive buffer, 50000 asked for')
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 20000)
    show(sock, socket.SOL_SOCKET, socket.SO_SNDBUF, 'send buffer, 20000 asked for')
    show(sock, socket.IPPROTO_TCP, socket.TCP_NODELAY, 'TCP_NODELAY')
    # Small segments leave at once: no Nagle.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    show(sock, socket.IPPROTO_TCP, socket.TCP_NODELAY, 'TCP_NODELAY')
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)  # see the demo keepalive


def main():
    if len(sys.argv) != 3:
        print(f'usage: {sys.argv[0]} ADDRESS PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    prepare(sock)
    address, port = sock.getsockname()
    print(f'own port before connect: {port}', flush=True)
    try:
        sock.getpeername()
    except OSError as error:
        sys.stderr.write(f'client.py: getpeername: {error.strerror}\n')

    sock.connect((sys.argv[1], int(sys.argv[2])))
    own, peer = sock.getsockname(), sock.getpeername()
    print(f"the kernel chose a port: {'yes' if own[1] else 'no'}", flush=True)
    print(f'the port of the other end: {peer[1]}', flush=True)
    show(sock, socket.SOL_SOCKET, socket.SO_ERROR, 'pending error')
    sock.close()


main()
