"""
Sends each line of its input to the server and prints the answer; ends with its input.

Watch: two of these at the same time are both answered, because neither has to wait until the
other has gone. With shutdown() this one says that it has finished, and waits for the
server's end of the connection.

By hand, in three terminals: python3 server.py 8000, and twice python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def recv_all(sock, size):
    """The answer is as long as the question, and may come in pieces."""
    answer = b''
    while len(answer) < size:
        data = sock.recv(size - len(answer))
        if not data:
            sys.exit('client.py: the server has closed')
        answer += data
    return answer


def main():
    if len(sys.argv) != 3:
        print(f'usage: {sys.argv[0]} ADDRESS PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect((sys.argv[1], int(sys.argv[2])))
    for line in sys.stdin.buffer:
        message = line.rstrip(b'\n')
        sock.sendall(message)
        print(recv_all(sock, len(message)).decode(errors='replace'), flush=True)
    sock.shutdown(socket.SHUT_WR)   # no more from here; the server's recv() returns b''
    if not sock.recv(1):
        print('the server has closed', flush=True)
    sock.close()


main()
