"""
A server that never ends: takes one client after another, answers each message in capitals.

Watch: the listening socket stays LISTEN, each client gets a socket of its own. recv()
says in two ways that a client has gone: b'' (it closed, FIN) or ConnectionResetError (RST).
Neither may end a server. bytes.upper() is for ASCII letters; other bytes stay as they are.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def serve(conn):
    try:
        while True:
            data = conn.recv(1024)
            if not data:
                break
            conn.sendall(data.upper())
        print('the client has closed', flush=True)
    except OSError as error:    # Python ignores SIGPIPE: an exception comes instead
        sys.stderr.write(f'server.py: the client left: {error.strerror}\n')


def listen_on(port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # So that it can be restarted at once: see the demo address-in-use.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(('127.0.0.1', port))
    sock.listen(5)
    return sock


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)
    sock = listen_on(int(sys.argv[1]))
    while True:
        conn, address = sock.accept()
        print('a client has come', flush=True)
        serve(conn)
        conn.close()


main()
