"""
Connects without waiting, receives without waiting, then for 0.2 seconds, then for ever.

Watch: EINPROGRESS: the SYN is sent, the rest goes on without us. When poll() says that the
socket is writable, SO_ERROR says how it ended. BlockingIOError: nothing there now. With
settimeout() Python keeps the socket non-blocking and calls poll() with a limit before recv().

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import errno
import os
import select
import socket
import sys


def connect_later(sock, address):
    """0, or why there is no connection."""
    error = sock.connect_ex(address)    # returns the number instead of raising an exception
    if error != errno.EINPROGRESS:
        return error
    print('connecting', flush=True)
    poll = select.poll()
    poll.register(sock, select.POLLOUT)
    poll.poll()
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


def talk(sock):
    try:
        sock.recv(1024)
    except BlockingIOError:
        print('nothing there now', flush=True)
    sock.settimeout(0.2)
    try:
        sock.recv(1024)
    except socket.timeout:
        print(f'nothing came in {sock.gettimeout()} s', flush=True)
    sock.setblocking(False)
    sock.sendall(b'go')
    sock.setblocking(True)              # the same as settimeout(None)
    print(f'received: {sock.recv(1024).decode()}', flush=True)


def main():
    if len(sys.argv) != 3:
        print(f'usage: {sys.argv[0]} ADDRESS PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setblocking(False)
    error = connect_later(sock, (sys.argv[1], int(sys.argv[2])))
    if error == 0:
        talk(sock)
    else:
        sys.stderr.write(f'client.py: connect: {os.strerror(error)}\n')
    sock.close()
    sys.exit(1 if error else 0)


main()
