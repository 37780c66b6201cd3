"""
Sends each line of its input and waits for its echo; ends with its input.

Watch: a client cannot see that the server is busy with somebody else. connect() and send()
succeed at once; only the answer is missing, and recv() waits. Start two by hand: the second
gets its first answer when the first one has ended (Ctrl-D).

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


def main():
    if len(sys.argv) != 3:
        print(f'usage: {sys.argv[0]} ADDRESS PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect((sys.argv[1], int(sys.argv[2])))
    print('connected', flush=True)
    while True:
        line = sys.stdin.buffer.readline()
        if not line:
            break
        sock.sendall(line)
        answer = recv_all(sock, len(line)).decode(errors='replace').rstrip()
        print(f'answer: {answer}', flush=True)
    sock.close()


main()
