"""
Listens on [::], the IPv6 address for "any", and greets two clients, or one with `only`.

Watch: with IPV6_V6ONLY off such a socket takes IPv4 clients too. They appear under an IPv6
address: ::ffff:127.0.0.1. As `server.py PORT only` it sets the option, and they are refused.

By hand: python3 server.py 8000, in another terminal python3 client.py 127.0.0.1 8000,
then python3 client.py ::1 8000
"""
import socket
import sys


def main():
    if len(sys.argv) < 2:
        print(f'usage: {sys.argv[0]} PORT [only]', file=sys.stderr)
        sys.exit(2)
    only = len(sys.argv) > 2

    sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
    sock.bind(('::', int(sys.argv[1])))
    sock.listen(5)

    for _ in range(1 if only else 2):
        conn, (host, port, flow, scope) = sock.accept()
        print(f'a client at {host}', flush=True)
        conn.sendall(host.encode())
        conn.close()
    sock.close()


main()
