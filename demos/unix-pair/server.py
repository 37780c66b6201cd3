"""
Listens at a name instead of a port, gets an open descriptor from a client, and writes to it.

Watch: AF_UNIX is for programs on one machine: no port, no segments, no TCP states. Only it
can carry descriptors: recvmsg() gives this process a number of its own for something that
another process has opened.

By hand, in two terminals:    python3 server.py @gift        python3 client.py @gift
A name that begins with @ is abstract; any other becomes a file, to be removed afterwards.
"""
import array
import os
import socket
import sys


def receive_descriptor(conn):
    fds = array.array('i')
    data, ancillary, flags, address = conn.recvmsg(1024, socket.CMSG_SPACE(fds.itemsize))
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            fds.frombytes(content)
    if not fds:
        sys.exit('server.py: no descriptor came')
    print(f'{data.decode()}: here it is descriptor {fds[0]}', flush=True)
    return fds[0]


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} NAME', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.bind(sys.argv[1].replace('@', '\0', 1))
    sock.listen(5)

    conn, address = sock.accept()
    gift = receive_descriptor(conn)
    os.write(gift, b'thank you')
    os.close(gift)
    conn.close()
    sock.close()


main()
