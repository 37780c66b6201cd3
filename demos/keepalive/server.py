"""
Accepts one client, turns keepalive on with short times, and waits 2.5 seconds for a word.

Watch: two ends that say nothing send nothing, for hours. With SO_KEEPALIVE the kernel asks an
end that has been silent for TCP_KEEPIDLE seconds whether it is there: a segment without
data that begins one byte too early. It is answered by an ACK, by the kernel: neither program
notices. Only when TCP_KEEPCNT probes, TCP_KEEPINTVL seconds apart, are not answered, the
connection is given up: TimeoutError.

By hand, in two terminals:    python3 server.py 8000        python3 client.py 127.0.0.1 8000
"""
import select
import socket
import sys


def keep_alive(conn):
    idle = conn.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
    count = conn.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT)
    interval = conn.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL)
    print(f'by default: after {idle} s of silence {count} probes, {interval} s apart', flush=True)
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
    # Without it the times mean nothing.
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def main():
    if len(sys.argv) != 2:
        print(f'usage: {sys.argv[0]} PORT', file=sys.stderr)
        sys.exit(2)

    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.bind(('127.0.0.1', int(sys.argv[1])))
    sock.listen(5)

    conn, address = sock.accept()
    keep_alive(conn)
    waiting = select.poll()
    waiting.register(conn, select.POLLIN)
    if not waiting.poll(2500):
        print('not a word in 2.5 s, but it is alive', flush=True)
    conn.close()
    sock.close()


main()
