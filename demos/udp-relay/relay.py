"""
A chat server: whatever a member says, it sends to all the others.

Watch: one socket serves everybody. A member is an address: recvfrom() tells from where a
datagram came, and whoever is new becomes a member. Nothing tells when a member has gone:
there is no connection, hence no end of one. What is sent to it is lost.

By hand, in four terminals: python3 relay.py 9000, python3 member.py 127.0.0.1 9000 Anna, ...
"""
import socket
import sys


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(('127.0.0.1', int(sys.argv[1])))

    members = []
    while True:
        data, sender = sock.recvfrom(1024)
        if sender not in members:
            members.append(sender)
            address, port = sender
            print(f'member {len(members)}: {address}:{port}', flush=True)
        for member in members:
            if member != sender:
                sock.sendto(data, member)


main()
