"""
Makes a pair of connected sockets, gives one of them to the server, and listens at the other.

Watch: socketpair() needs no name, no listen() and no connect(). sendmsg() with SCM_RIGHTS
passes the open socket on, and at least one byte with it. close() here does not close the
other end of the pair, since the server holds it now.

By hand, in two terminals:    python3 server.py @gift        python3 client.py @gift
"""
import array
import socket
import sys


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} NAME', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.connect(sys.argv[1].replace('@', '\0', 1))
    here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    rights = array.array('i', [there.fileno()])
    sock.sendmsg([b'a gift'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
    there.close()       # the server has it: this closes only our number for it

    while True:
        data = here.recv(1024)
        if not data:
            break
        print(f'through the pair came: {data.decode()}', flush=True)
    here.close()
    sock.close()


main()
