"""
Sends three messages; as `client.py ADDRESS PORT prefix` each with its length in front.

Watch: three calls of send() are three messages for this program only. For TCP they are
bytes in one stream. The length goes into the same send() as the message it belongs to.

By hand: python3 server.py 8000, in another terminal python3 client.py 127.0.0.1 8000,
then Enter in the first
"""
import socket
import struct
import sys


def send_message(sock, message, prefix):
    # '!I': four bytes, the highest first, whatever the machine
    front = struct.pack('!I', len(message)) if prefix else b''
    sock.sendall(front + message)


def main():
    if len(sys.argv) < 3:
        print(f'usage: {sys.argv[0]} ADDRESS PORT [prefix]', file=sys.stderr)
        sys.exit(2)
    prefix = len(sys.argv) > 3

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.connect((sys.argv[1], int(sys.argv[2])))
    send_message(sock, b'good', prefix)
    send_message(sock, b'morning', prefix)
    send_message(sock, b'everybody in the room', prefix)
    sock.close()


main()
