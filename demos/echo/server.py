"""
An echo server for one client: the seven calls socket, bind, listen, accept, recv, send, close.

Watch: accept() and recv() wait. What arrives is bytes: 你好 is two characters and six
bytes. recv() returns b'' when the client has closed: that is the end, no empty message.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def echo(conn):
    while True:
        data = conn.recv(1024)
        if not data:
            break
        print(f'{len(data)} bytes came, {len(data)} bytes go back', flush=True)
        conn.sendall(data)      # sends again until everything is sent
    print('the client has closed', flush=True)


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    sock.listen(5)

    print('waiting for a client', flush=True)
    conn, address = sock.accept()
    echo(conn)
    conn.close()
    sock.close()


main()
