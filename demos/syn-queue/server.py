"""
Accepts clients only when they have said something (TCP_DEFER_ACCEPT), hears one message of
each, and closes.

Watch: a client that only connects is in SYN_RCVD here: the kernel keeps it in the SYN queue
though its handshake is done. Its first data completes the connection, and accept() returns.
The SYN queue is bounded by the backlog too. When it is full the kernel answers with SYN
cookies: it remembers nothing, and the client's ACK, which brings the cookie back, makes the
connection. That cannot be deferred.

By hand, in three terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000 6
                                                              python3 client.py 127.0.0.1 8000 1
"""
import socket
import sys


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    # Seconds; after that a client that has said nothing is taken nevertheless.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)
    sock.listen(5)

    while True:
        conn, address = sock.accept()
        print(conn.recv(1024).decode(errors='replace'), flush=True)
        conn.close()


main()
