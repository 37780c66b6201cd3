"""
Listens, and never calls accept(). It waits for a signal, and any signal ends it.

Watch: the kernel does the handshake for a listening socket by itself, puts the connection
into its queue and even takes the client's data. accept() is not what makes the connection: it
only hands out one that is there. What is still in the queue at the end is reset (RST).

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import signal
import socket
import sys


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    print('I shall listen, and not accept', flush=True)
    sock.listen(5)
    signal.pause()              # here accept() is missing


main()
