"""
An echo server with one thread for each client; as `server.py PORT N` for N clients.

Watch: threads share one table of descriptors. Nothing is there twice as after fork(): the
thread that has the connection closes it, and that sends the FIN. The listening socket stays
with the first thread.

By hand, in three terminals: python3 server.py 8000, and twice python3 client.py 127.0.0.1 8000
"""
import socket
import sys
import threading


def echo(conn):
    with conn:      # closes it, whatever happens
        while True:
            data = conn.recv(1024)
            if not data:
                break
            conn.sendall(data)


def main():
    if len(sys.argv) < 2:
        print(f'usage: {sys.argv[0]} PORT [N]', file=sys.stderr)
        sys.exit(2)
    left = int(sys.argv[2]) if len(sys.argv) > 2 else sys.maxsize

    sock = socket.create_server(('127.0.0.1', int(sys.argv[1])))
    for _ in range(left):
        conn, address = sock.accept()
        threading.Thread(target=echo, args=(conn,)).start()
    sock.close()        # the process lives until its last thread has ended


main()
