"""
Welcomes one client and waits for its words. As `server.py PORT keepalive` it has the
connection watched; as `server.py PORT speak` it says one more line first, when Enter is pressed.

Watch: a client that vanishes without a word leaves half a connection: this end stays
ESTABLISHED, and nothing tells it. Without keepalive recv() waits for ever. With it the kernel
asks, gets no answer, and gives up: TimeoutError. Who sends learns it too, if the other host is
back: it knows no such connection and answers with RST: ConnectionResetError here.

By hand, where one can unplug something:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def serve(conn, way):
    conn.sendall(b'welcome')
    if way == 'keepalive':
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 1)
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if way == 'speak' and sys.stdin.readline():
        conn.sendall(b'any news?')

    try:
        data = conn.recv(1024)
        print(f'recv: {len(data)} bytes', flush=True)
    except OSError as error:
        sys.stderr.write(f'server.py: recv: {error.strerror}\n')


def main():
    if len(sys.argv) < 2:
        print(f'usage: {sys.argv[0]} PORT [keepalive|speak]', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    sock.listen(5)

    conn, address = sock.accept()
    serve(conn, sys.argv[2] if len(sys.argv) > 2 else '')
    conn.close()
    sock.close()


main()
