"""
Receives a file block by block until the sender has closed, and writes it down.

Watch: the bytes are not looked at, and not decoded: a file need not be text. recv_into() fills
a buffer that is there already. MSG_WAITALL waits for a whole block; only the last one is
shorter. The end of the file is the end of the connection: recv_into() returns 0.

By hand, in two terminals:    python3 server.py 8000 copy        python3 client.py 127.0.0.1 8000 FILE
"""
import socket
import sys


def receive_file(conn, file):
    block = memoryview(bytearray(4096))
    total = checksum = 0
    while True:
        size = conn.recv_into(block, 0, socket.MSG_WAITALL)
        if size == 0:
            break
        file.write(block[:size])
        checksum += sum(block[:size])
        total += size
    print(f'{total} bytes received, sum {checksum}', flush=True)


def main():
    if len(sys.argv) != 3:
        print(f'usage: {sys.argv[0]} PORT FILE', file=sys.stderr)
        sys.exit(2)

    with open(sys.argv[2], 'wb') as file:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(('127.0.0.1', int(sys.argv[1])))
        sock.listen(5)

        conn, address = sock.accept()
        receive_file(conn, file)
        conn.close()
        sock.close()


main()
