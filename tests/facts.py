"""What the tests of FACTS.md share: a Python program that makes a row happen, and its record."""

from traced import PYTHON, trace

HEAD = """
import ctypes, os, platform, select, signal, socket, struct, subprocess, threading
LIBC = ctypes.CDLL(None, use_errno=True)
LOCAL = ('127.0.0.1', 0)

def attempt(call, *arguments):
    # What it failed with is in the record.
    try:
        return call(*arguments)
    except OSError:
        return None

def made(reuse=0, port=None, address='127.0.0.1', option=socket.SO_REUSEADDR,
         family=socket.AF_INET):
    # A socket with the option set or not; bound, if there is a port.
    sock = socket.socket(family)
    if reuse:
        sock.setsockopt(socket.SOL_SOCKET, option, 1)
    if port is not None:
        sock.bind((address, port))
    return sock

def listening(backlog=5, **options):
    listener = made(port=0, **options)
    listener.listen(backlog)
    return listener

def connected(listener):
    client = socket.socket()
    client.connect(listener.getsockname())
    return client

def pair(**options):
    listener = listening(**options)
    client = connected(listener)
    conn, addr = listener.accept()
    return listener, client, conn

def reset_by(sock):
    # Its close sends a RST.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    sock.close()

def in_thread(call):
    # The call in a thread of its own, once that sleeps in it.
    tids = []
    def body():
        tids.append(threading.get_native_id())
        attempt(call)
    thread = threading.Thread(target=body)
    thread.start()
    while True:
        try:
            task = f'/proc/self/task/{tids[0]}'
            inside = open(task + '/syscall').read().split()[0] in SLEEPS
            # Stopped by its tracer it is 't'.
            if inside and open(task + '/stat').read().rsplit(') ')[1][0] == 'S':
                return thread
        except (IndexError, OSError):
            pass
        os.sched_yield()

# The numbers of accept4 and recvfrom.
SLEEPS = ('288', '45') if platform.machine() == 'x86_64' else ('242', '207')

def rows(port):
    # /proc/net/tcp of that local or remote port: (local port, state, timer, its hundredths of
    # a second), as they are there: hexadecimal.
    found = []
    for line in open('/proc/net/tcp').readlines()[1:]:
        fields = line.split()
        local, remote = (int(end.split(':')[1], 16) for end in fields[1:3])
        if port in (local, remote):
            timer, left = fields[5].split(':')
            found.append((local, fields[3], timer, int(left, 16)))
    return found

def counter(name):
    # Of TcpExt in /proc/net/netstat.
    names, values = (line.split() for line in open('/proc/net/netstat').readlines()[:2])
    return int(values[names.index(name)])
"""


def script(body, *options, head=HEAD, isolate=True, **how):
    """Runs it in a network of its own; what it printed, and the record."""
    where = ["--isolate", *(f"--sysctl={option}" for option in options)] if isolate else []
    done, record = trace(*where, "-q", "-e", "all,!output", PYTHON, "-c", head + body, **how)
    assert done.returncode == 0, done.stderr
    return done.stdout, record


def errnos(record, name):
    """How each call of that name ended, None for success, in their order."""
    return [call.get("errno") for call in record.calls(name=name)]


def segments(record, call):
    """Those that a call caused, as "SYN,ACK"."""
    return [",".join(s["flags"]) for s in record.of("segment") if s.get("cause") == call["n"]]


def states(call):
    """Before and after, of the call's own socket and of the other end."""
    own, peer = call["state"], call["state"].get("peer", {})
    return own.get("before"), own.get("after"), peer.get("before"), peer.get("after")


def changes(record, socket):
    """The states a socket was seen in after its first, whoever's call or look showed them."""
    seen = []
    for line in record.lines:
        mine = line.get("socket", {}).get("id") == socket
        state = line.get("state", {})
        if line["type"] == "state" and mine:
            seen.append(line["to"])
        elif line["type"] == "call" and mine and "after" in state:
            seen.append(state["after"])
        elif line["type"] == "call" and state.get("peer", {}).get("socket") == socket:
            seen.append(state["peer"]["after"])
    return [state for i, state in enumerate(seen) if i == 0 or state != seen[i - 1]]
