"""
Calls accept() without listen(), and fails. As `server.py PORT listen` it does it right: it
waits for one client, and says goodbye by closing.

Watch: a socket is made for either role. connect() makes it the active end, listen() the
passive one, which has a queue of connections. Without listen() there is no queue, so
accept() has nothing to wait for: OSError, EINVAL. bind() has only given the socket its address.

By hand: python3 server.py 8000, then python3 server.py 8000 listen,
in another terminal python3 client.py 127.0.0.1 8000
"""
import socket
import sys


def main():
    if len(sys.argv) < 2:
        print(f'usage: {sys.argv[0]} PORT [listen]', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    if len(sys.argv) > 2:
        sock.listen(5)
    try:
        conn, address = sock.accept()
    except OSError as error:
        sys.stderr.write(f'server.py: accept: {error.strerror}\n')
        sock.close()
        sys.exit(1)
    print('a client has come', flush=True)
    conn.close()
    sock.close()


main()
