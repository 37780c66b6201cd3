"""
Sends each line of its input, without its line end, and waits for the echo.

Watch: for an empty line that is a send() of zero bytes. It succeeds, returns 0 and sends
nothing. So the server gets nothing and answers nothing, and both ends wait in recv(), each
for the other. The repair: do not send empty messages, or give each message a line end or
a length, so that an empty one has bytes too.

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
    for line in sys.stdin.buffer:
        message = line.rstrip(b'\n')
        sock.sendall(message)
        print(f'sent {len(message)} bytes, waiting for the answer', flush=True)
        # Good enough for a short line, which comes in one piece: see the demo sticky.
        answer = sock.recv(1024).decode(errors='replace')
        print(f'answer: {answer}', flush=True)
    sock.close()


main()
