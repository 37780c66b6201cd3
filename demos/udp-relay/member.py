"""
A member of the chat: says what it reads, prints what it hears; ends with its input.

Watch: poll() waits for the terminal and the socket at once; a recv() would be deaf for
the one, a read() for the other. No bind(): the first sendto() gives the socket a free
port, and to that port the relay answers. close() sends nothing: nobody learns of it.

By hand, in four terminals: python3 relay.py 9000, python3 member.py 127.0.0.1 9000 Anna, ...
"""
import os
import select
import socket
import sys

TERMINAL = 0        # the descriptor of standard input


def main():
    if len(sys.argv) != 4:
        print(f'usage: {sys.argv[0]} ADDRESS PORT NAME', file=sys.stderr)
        sys.exit(2)
    relay = (sys.argv[1], int(sys.argv[2]))
    name = sys.argv[3]

    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def say(words):
        sock.sendto(f'{name}: {words}'.encode(), relay)

    say('I am here')
    ends = select.poll()
    ends.register(TERMINAL, select.POLLIN)
    ends.register(sock, select.POLLIN)
    while True:
        ready = [fd for fd, events in ends.poll()]
        if sock.fileno() in ready:
            data = sock.recv(1000)
            print(data.decode(errors='replace'), flush=True)
        if TERMINAL in ready:
            line = os.read(TERMINAL, 999)
            if not line:
                break
            say(line.decode(errors='replace').rstrip('\n'))
    sock.close()


main()
