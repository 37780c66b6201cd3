"""
Greets one client, closes first and ends. As `server.py PORT reuse` it sets SO_REUSEADDR
before bind().

Watch: the side that closes first keeps the connection in TIME_WAIT, for 60 seconds on
Linux. Here that is the server, so its port is still in use when it is started again, and
bind() fails with EADDRINUSE. SO_REUSEADDR helps only if the old socket had it as well.

By hand: python3 server.py 8000, in another terminal python3 client.py 127.0.0.1 8000,
then python3 server.py 8000
"""
import socket
import sys


def main():
    if len(sys.argv) < 2:
        print(f'usage: {sys.argv[0]} PORT [reuse]', file=sys.stderr)
        sys.exit(2)
    port = int(sys.argv[1])

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if len(sys.argv) > 2:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(('127.0.0.1', port))
    except OSError as error:
        sys.stderr.write(f'server.py: bind: {error.strerror}\n')
        sock.close()
        sys.exit(1)
    sock.listen(5)

    print(f'listening on port {port}', flush=True)
    conn, address = sock.accept()
    conn.sendall(b'hello and goodbye')
    conn.close()                # first: this end will be in TIME_WAIT
    sock.close()


main()
