"""
Binds a socket to a port, says which address it has now, and ends.

Watch: an ordinary program may not bind a port below 1024: PermissionError, EACCES. The limit
is the sysctl net.ipv4.ip_unprivileged_port_start, the right to go below it the capability
CAP_NET_BIND_SERVICE, which root has. Port 0 is no number below the limit but a question:
the kernel chooses a free port, and getsockname() tells which.

By hand:    python3 server.py 80        python3 server.py 1024        python3 server.py 0
"""
import socket
import sys


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)
    port = int(sys.argv[1])

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.bind(('127.0.0.1', port))
    except OSError as error:
        sys.stderr.write(f'server.py: bind to port {port}: {error.strerror}\n')
        sock.close()
        sys.exit(1)
    address, port = sock.getsockname()
    print(f'bound to {address}:{port}', flush=True)
    sock.close()


main()
