"""
Opens COUNT connections and says nothing until a line is typed: that goes to all of them.
Closes them when its input ends (Ctrl-D).

Watch: connect() has succeeded and this end is ESTABLISHED. That tells nothing of the other
end, which may still be in SYN_RCVD.

By hand, in three terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000 6
                                                              python3 client.py 127.0.0.1 8000 1
"""
import socket
import sys


def main():
    if len(sys.argv) != 4:
        print(f'usage: {sys.argv[0]} ADDRESS PORT COUNT', file=sys.stderr)
        sys.exit(2)

    socks = []
    for _ in range(int(sys.argv[3])):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.connect((sys.argv[1], int(sys.argv[2])))
        socks.append(sock)

    for line in sys.stdin.buffer:
        for sock in socks:
            sock.sendall(line.rstrip(b'\n'))
    for sock in socks:
        sock.close()


main()
