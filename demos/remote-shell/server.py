"""
Runs the commands of one client and sends back what they print, errors too.

Watch: each command is a process of its own: subprocess forks and executes a shell, whose
output comes back through a pipe. The server sends exactly that, and so nothing at all for a
command that prints nothing. It listens on the loopback address only: whoever connects may
do anything.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import socket
import subprocess
import sys


def recv_command(conn):
    """A command ends with its line. None at the end of the connection."""
    command = b''
    while not command.endswith(b'\n') and len(command) < 1023:
        data = conn.recv(1023 - len(command))
        if not data:
            return None
        command += data
    return command[:-1]         # without the line's end


def answer(conn, command):
    """Sends what the command prints, all at once."""
    done = subprocess.run(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.stdout:
        conn.sendall(done.stdout)


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    sock.listen(5)
    conn, address = sock.accept()

    while True:
        command = recv_command(conn)
        if command is None:
            break
        answer(conn, command)
    print('the client has closed', flush=True)
    conn.close()
    sock.close()


main()
