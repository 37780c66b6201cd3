"""
Sends one line of its input to the echo server and waits until all of it has come back.

Watch: connect() returns when the handshake is done, whether or not the server has called
accept(). send() returns when the bytes lie in the kernel's buffer, not when they have
arrived. close() sends the FIN by which the server's recv() returns b''.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def recv_all(sock, size):
    """TCP keeps no messages apart, so the answer may come in pieces."""
    answer = b''
    while len(answer) < size:
        data = sock.recv(size - len(answer))
        if not data:
            sys.exit('client.py: the server closed before the whole answer was there')
        answer += data
    return answer


def main():
    if len(sys.argv) != 3:
        print(f'usage: {sys.argv[0]} ADDRESS PORT', file=sys.stderr)
        sys.exit(2)

    line = sys.stdin.buffer.readline()
    if not line:
        return
    message = line.rstrip(b'\n')

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect((sys.argv[1], int(sys.argv[2])))
    sock.sendall(message)
    answer = recv_all(sock, len(message))
    text = answer.decode(errors='replace')
    print(f'sent {len(message)} bytes, and back came: {text}', flush=True)
    sock.close()


main()
