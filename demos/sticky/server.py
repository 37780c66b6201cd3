"""
Waits for Enter, then receives up to 16 bytes at a time; as `server.py PORT prefix` it reads
messages that have their length in front.

Watch: three messages were sent, and recv() knows nothing of them: it gives what is there, up
to 16 bytes. With the length in front, the receiver knows how much to read.

By hand: python3 server.py 8000, in another terminal python3 client.py 127.0.0.1 8000,
then Enter in the first
"""
import socket
import struct
import sys


def receive_bytes(conn):
    while True:
        data = conn.recv(16)
        if not data:
            break
        print(f'{len(data)} bytes: {data.decode()}', flush=True)


def recv_all(conn, size):
    """Fewer bytes only if the client has closed before."""
    data = b''
    while len(data) < size:
        more = conn.recv(size - len(data))
        if not more:
            break
        data += more
    return data


def receive_messages(conn):
    while True:
        prefix = recv_all(conn, 4)
        if len(prefix) < 4:
            break
        size, = struct.unpack('!I', prefix)     # it travels with its highest byte first
        print(f'message: {recv_all(conn, size).decode()}', flush=True)


def main():
    if len(sys.argv) < 2:
        print(f'usage: {sys.argv[0]} PORT [prefix]', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    sock.listen(5)
    conn, address = sock.accept()
    print('Enter: receive', flush=True)
    sys.stdin.readline()
    if len(sys.argv) > 2:
        receive_messages(conn)
    else:
        receive_bytes(conn)
    conn.close()
    sock.close()


main()
