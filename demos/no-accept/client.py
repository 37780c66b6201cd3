"""
Connects, sends one line and waits for an answer.

Watch: connect() and send() succeed though the server's program has not noticed anything.
They are answered by its kernel: SYN,ACK for the one, ACK for the other. Only an answer of
the program itself shows that it is there, and that one does not come.

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
    sock.sendall(b'is anybody there?\n')
    print('connected and sent, now waiting', flush=True)
    try:
        answer = sock.recv(1024)
        print(answer.decode(errors='replace'), flush=True)
        failed = False
    except OSError as error:
        sys.stderr.write(f'client.py: recv: {error.strerror}\n')
        failed = True
    sock.close()
    sys.exit(failed)


main()
