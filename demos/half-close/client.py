"""
Sends a line, says "that was all" with shutdown(), and reads whatever the server still sends.

Watch: shutdown(SHUT_WR) sends the FIN and keeps the descriptor. The ACK of the FIN brings
this end to FIN_WAIT_2: it sends no more, but receives until the server's FIN, as long as
that takes. With close() instead, what the server sends would be answered with RST.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def main():
    if len(sys.argv) != 3:
        print(f'usage: {sys.argv[0]} ADDRESS PORT', file=sys.stderr)
        sys.exit(2)

    line = sys.stdin.buffer.readline()
    if not line:
        return

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect((sys.argv[1], int(sys.argv[2])))
    sock.sendall(line.rstrip(b'\n'))
    sock.shutdown(socket.SHUT_WR)

    while True:
        data = sock.recv(1024)
        if not data:
            break
        print(data.decode(errors='replace'), flush=True)
    sock.close()


main()
