"""
An inbox: prints what each client sends until it has closed, then waits for the next.

Watch: the server never sends, so the client has only its close() to say that the letter is
complete: recv() returns b'', and accept() waits for the next client. listen(128) is the
room for clients that come meanwhile; it limits nobody who comes later.

By hand, in two terminals: python3 server.py 8000, echo hello | python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def print_letter(conn):
    try:
        while True:
            data = conn.recv(1024)
            if not data:
                break
            sys.stdout.buffer.write(data)
            sys.stdout.flush()
        print('-- end of letter --', flush=True)
    except OSError as error:    # that client's loss, not the end
        sys.stderr.write(f'server.py: the letter is not complete: {error.strerror}\n')


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # So that it can be restarted at once: see the demo address-in-use.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    sock.listen(128)

    while True:
        conn, address = sock.accept()
        print_letter(conn)
        conn.close()


main()
