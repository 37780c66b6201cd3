"""
Asks a web server for one page after another on one connection, and labels what comes.

Watch: a request is a request line, headers and an empty line; an answer is a status line,
headers, an empty line and a body. With its last request the client says "Connection: close":
the server closes after it, and recv() returns b''.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000 / /missing
"""
import socket
import sys


def show(label, message):
    head, _, body = message.decode().partition('\r\n\r\n')
    for line in head.split('\r\n'):
        print(f'{label:13} {line}', flush=True)
        label = 'header:'
    print('empty line', flush=True)
    print(f'{"body:":13} {body or "(none)"}', flush=True)


def receive_answer(file):
    answer, length = b'', 0
    for line in file:
        answer += line
        if line == b'\r\n':
            break
        name, _, value = line.partition(b':')
        if name.lower() == b'content-length':
            length = int(value)
    show('status line:', answer + file.read(length))


def get(sock, file, path, host, then):
    request = f'GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: {then}\r\n\r\n'.encode()
    sock.sendall(request)
    show('request line:', request)
    receive_answer(file)


def main():
    if len(sys.argv) < 4:
        print(f'usage: {sys.argv[0]} ADDRESS PORT PATH...', file=sys.stderr)
        sys.exit(2)
    host, port, paths = sys.argv[1], int(sys.argv[2]), sys.argv[3:]

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect((host, port))
    file = sock.makefile('rb')
    for number, path in enumerate(paths, 1):
        then = 'keep-alive' if number < len(paths) else 'close'
        get(sock, file, path, host, then)
    if not sock.recv(1):
        print('the server has closed', flush=True)
    file.close()
    sock.close()


main()
