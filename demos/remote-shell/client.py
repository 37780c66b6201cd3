"""
Sends each line of its input as a command, and calls recv() once, for 10 bytes of the answer.

Watch: this is wrong. One recv() is not one answer. The rest of a longer answer stays in the
receive buffer, where the next recv() finds it and takes it for the next answer; 10 bytes may
end in the middle of a character; and an answer of no bytes never comes. The repair is to
tell the receiver how long an answer is: see the demo sticky.

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
    while True:
        command = sys.stdin.buffer.readline()
        if not command:
            break
        sock.sendall(command)
        answer = sock.recv(10)
        # As bytes: decode() would fail for a character that is cut in two.
        end = b'' if answer.endswith(b'\n') else b'\n'
        sys.stdout.buffer.write(b'%d bytes: %s%s' % (len(answer), answer, end))
        sys.stdout.flush()
    sock.close()


main()
