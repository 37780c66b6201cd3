"""
An echo server for one client, which sends back whatever comes.

Watch: it waits in recv() for something to send back. An empty message never comes: TCP is
a stream of bytes, and zero bytes more are no change. b'' is what recv() returns at the end.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    sock.listen(5)

    conn, address = sock.accept()
    while True:
        data = conn.recv(1024)
        if not data:
            break
        conn.sendall(data)
    print('the client has closed', flush=True)
    conn.close()
    sock.close()


main()
