"""
Reads until its client has nothing more to say, then answers with the lines that are typed
here, until end of input (Ctrl-D).

Watch: the b'' of recv() is the client's FIN. It ends one direction only: this end is in
CLOSE_WAIT now, and what it sends still arrives. CLOSE_WAIT has no timer. It lasts until this
end closes too, so a server that forgets to close() collects sockets in it.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def serve(conn):
    while True:
        data = conn.recv(1024)
        if not data:
            break
        print(data.decode(errors='replace'), flush=True)

    print('that was all, now it is my turn', flush=True)
    for line in sys.stdin.buffer:
        conn.sendall(line.rstrip(b'\n'))


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    sock.listen(5)

    conn, address = sock.accept()
    serve(conn)
    conn.close()
    sock.close()


main()
