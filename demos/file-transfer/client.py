"""
Sends a file in blocks; as `client.py ADDRESS PORT FILE sendfile` in one call. For FILE `-` it
sends ten thousand bytes, every value among them.

Watch: read() and sendall() copy each block into this program and out again. sendfile() says
from where to where, and the kernel does the rest. 0 from it is the end of the file.

By hand, in two terminals:    python3 server.py 8000 copy        python3 client.py 127.0.0.1 8000 FILE
"""
import socket
import sys
import tempfile


def open_file(name):
    if name != '-':
        return open(name, 'rb')
    file = tempfile.TemporaryFile()
    file.write(bytes((65 + i) % 256 for i in range(10000)))
    file.seek(0)
    return file


def send_blocks(sock, file):
    while True:
        block = file.read(4096)
        if not block:
            break
        sock.sendall(block)


def main():
    if len(sys.argv) < 4:
        print(f'usage: {sys.argv[0]} ADDRESS PORT FILE [sendfile]', file=sys.stderr)
        sys.exit(2)

    with open_file(sys.argv[3]) as file:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.connect((sys.argv[1], int(sys.argv[2])))
        if len(sys.argv) > 4:
            print(f'{sock.sendfile(file)} bytes sent in one call', flush=True)
        else:
            send_blocks(sock, file)
        sock.close()


main()
