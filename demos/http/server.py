"""
A web server with one page: / is there (200), everything else is not (404).

Watch: HTTP is text on a TCP connection. A request ends with an empty line, and nothing but
Content-Length says where the body of an answer ends. Connections stay open for more
requests (HTTP/1.1) until one says "Connection: close".

By hand: python3 server.py 8000, and then in a browser http://127.0.0.1:8000/
"""
import socket
import sys


def receive_request(file):
    """The lines before the empty line; none if the client has gone before."""
    lines = []
    for line in file:
        if line == b'\r\n':
            return lines
        lines.append(line)
    return []


def answer(conn, lines):
    found = lines[0].startswith(b'GET / ')
    stay = b'connection: close\r\n' not in [line.lower() for line in lines]
    body = b'<p>Hello</p>' if found else b'<p>There is no such page</p>'
    conn.sendall(b'HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: %s\r\n\r\n%s' % (
        b'200 OK' if found else b'404 Not Found', len(body),
        b'keep-alive' if stay else b'close', body))
    return stay


def serve(conn):
    # A file object finds the line ends; it receives up to 8192 bytes at once.
    with conn, conn.makefile('rb') as file:
        while True:
            lines = receive_request(file)
            if not lines or not answer(conn, lines):
                return
            print('the connection stays open', flush=True)


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    # socket(), SO_REUSEADDR, bind() and listen(128) in one
    sock = socket.create_server(('127.0.0.1', int(sys.argv[1])))
    while True:
        conn, address = sock.accept()
        try:
            serve(conn)
        except OSError:
            pass        # the client has gone in the middle; the next one waits


main()
