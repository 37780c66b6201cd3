"""
Waits for an urgent byte, takes it out of turn, then receives the rest.

Watch: poll() reports urgent data as POLLPRI. recv() with MSG_OOB takes the one urgent byte;
without it, recv() gives the bytes before, stops where the urgent one was, and goes on behind
it. Of b'now!' sent with MSG_OOB only the last byte is urgent.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import select
import socket
import sys


def serve(conn):
    poll = select.poll()
    poll.register(conn, select.POLLPRI)
    poll.poll()
    urgent = conn.recv(1, socket.MSG_OOB)
    print(f'urgent: {urgent.decode()}', flush=True)

    while True:
        data = conn.recv(1024)
        if not data:
            break
        print(f'in its turn: {data.decode()}', flush=True)


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    sock.listen(5)

    conn, address = sock.accept()
    serve(conn)
    conn.close()
    sock.close()


main()
