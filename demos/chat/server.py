"""
Waits for one client and talks with it in turn, the client first, until one says `exit`.

Watch: TCP keeps no messages apart and knows no turns. Both are the programs' agreement: a
message ends with its line, and after each the other one speaks. `exit` is a word like any
other; the connection ends with close(), which the other side's recv() tells by returning b''.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def say(sock):
    """Says the next line of the input. False when that was `exit`, the last word."""
    line = sys.stdin.buffer.readline() or b'exit\n'
    sock.sendall(line)
    return line != b'exit\n'


def hear(sock):
    """Waits for a whole line, which may come in pieces. None when the other side has closed."""
    line = b''
    while not line.endswith(b'\n') and len(line) < 1023:
        data = sock.recv(1023 - len(line))
        if not data:
            return None
        line += data
    text = line.decode(errors='replace').rstrip()
    print(f'heard: {text}', flush=True)
    return line


def talk(sock, my_turn):
    while True:
        if my_turn:
            if not say(sock):
                return
            my_turn = False
        else:
            line = hear(sock)
            if line is None:
                return
            # Whoever has heard `exit` has nothing to answer, and waits for the end.
            my_turn = line != b'exit\n'


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    sock.listen(5)
    conn, address = sock.accept()
    sock.close()                # one client is enough
    talk(conn, my_turn=False)
    conn.close()


main()
