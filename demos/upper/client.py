"""
Sends each line of its input to the server and prints the answer; ends with its input.
As `client.py ADDRESS PORT leave` it reads one byte of the first answer and leaves.

Watch: an empty line is not sent. send() of nothing sends nothing at all, and the recv()
after it would wait for ever. Whoever closes with bytes unread sends RST instead of FIN.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
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


def talk(sock, leave):
    for line in sys.stdin.buffer:
        message = line.rstrip(b'\n')
        if not message:
            print('an empty line: nothing to send', flush=True)
            continue
        sock.sendall(message)
        answer = recv_all(sock, 1 if leave else len(message))
        print(answer.decode(errors='replace'), flush=True)
        if leave:
            return


def main():
    if len(sys.argv) < 3:
        print(f'usage: {sys.argv[0]} ADDRESS PORT [leave]', file=sys.stderr)
        sys.exit(2)
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect((sys.argv[1], int(sys.argv[2])))
    talk(sock, leave=len(sys.argv) > 3)
    sock.close()


main()
