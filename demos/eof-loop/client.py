"""
Sends one line of its input and closes.

Watch: close() sends the FIN. It arrives as no message and as no error, but as the end of
the stream, which the server must look for by itself.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def main():
    if len(sys.argv) != 3:
        print(f'usage: {sys.argv[0]} ADDRESS PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect((sys.argv[1], int(sys.argv[2])))
    line = sys.stdin.buffer.readline()
    if line:
        sock.sendall(line.rstrip(b'\n'))
    sock.close()


main()
