"""
Opens COUNT connections to one server, one after the other, and closes them when its input
ends (Ctrl-D).

Watch: connect() returns when the kernel of the server has answered, whatever its program
does. With a full accept queue there is no answer: connect() waits in SYN_SENT, and the SYN is
sent again each second, then at longer intervals. If a place becomes free, all is well; if none
does, TimeoutError comes after two minutes. ConnectionRefusedError does not.

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
    for i in range(int(sys.argv[3])):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.connect((sys.argv[1], int(sys.argv[2])))
        print(f'connected {i + 1}', flush=True)
        socks.append(sock)

    sys.stdin.read()
    for sock in socks:
        sock.close()


main()
