"""
Answers one question of each client, then finds out in what way the client has gone. As
`server.py PORT naive` it sets SIGPIPE back to what C programs have.

Watch: recv() returns b'' after a FIN and raises ConnectionResetError after a RST. After a FIN
the first send() still succeeds: a FIN says only that the client sends no more. The RST that
comes back says the rest, and the next send() fails: BrokenPipeError. Python has SIGPIPE
ignored; a C program that does not ask for that dies by it without a word.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000 read
"""
import select
import signal
import socket
import sys


def try_to_send(conn):
    try:
        conn.send(b'are you still there?')
        print('send: no error', flush=True)
    except OSError as error:
        sys.stderr.write(f'server.py: send: {error.strerror}\n')


def serve(conn):
    conn.recv(1024)
    conn.send(b'42')

    # The client has nothing more to say: this waits until it has gone.
    try:
        conn.recv(1024)
        print("recv: b'', the client has closed", flush=True)
    except OSError as error:
        sys.stderr.write(f'server.py: recv: {error.strerror}\n')
    try_to_send(conn)
    # With no events asked for, poll() waits for the end of both directions: for the RST.
    waiting = select.poll()
    waiting.register(conn, 0)
    waiting.poll()
    try_to_send(conn)


def main():
    if len(sys.argv) < 2:
        print(f'usage: {sys.argv[0]} PORT [naive]', file=sys.stderr)
        sys.exit(2)
    if len(sys.argv) > 2:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    sock.listen(5)

    while True:
        conn, address = sock.accept()
        serve(conn)
        conn.close()


main()
