"""
Sorts words: reads until its client has nothing more to say, then answers, then closes.

Watch: the b'' of recv() is the client's FIN. It ends one direction only: this end is in
CLOSE_WAIT now, and what it sends still arrives. CLOSE_WAIT has no timer. It lasts until this
end closes too, so a server that forgets to close() collects sockets in it.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def serve(conn):
    text = b''
    while len(text) < 1023:
        data = conn.recv(1023 - len(text))
        if not data:
            break
        text += data

    print('that was all, here is the answer', flush=True)
    conn.sendall(b''.join(word + b' ' for word in sorted(text.split(b' '))))


def main():
    if len(sys.argv) != 2:
        sys.exit(f'usage: {sys.argv[0]} PORT')

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    sock.listen(5)

    conn, address = sock.accept()
    serve(conn)
    conn.close()
    sock.close()


main()
