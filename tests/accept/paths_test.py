"""The way of both ends through the state diagram (RFC 9293, 3.3.2), state by state.

Each way in which a connection can open and close is made to happen, and what the wire showed is
held to what the RFC says of it, and to what the other witnesses saw in the same run.
"""

import collections
import random
import unittest

from traced import PYTHON, trace

PROGRAM = """
import os, socket, struct, sys
server = socket.create_server(('127.0.0.1', 0), backlog=4)

def pair():
    client = socket.create_connection(server.getsockname())
    return client, server.accept()[0]

def until_closed(end):
    try:
        while end.recv(100):
            pass
    except ConnectionResetError:
        pass
    end.close()

def client_first():
    client, conn = pair()
    client.close()
    until_closed(conn)

def server_first():
    client, conn = pair()
    conn.close()
    until_closed(client)

def half_close():
    client, conn = pair()
    client.shutdown(socket.SHUT_WR)
    conn.recv(1)
    conn.send(b'the rest')
    conn.close()
    until_closed(client)

def both_shut():
    client, conn = pair()
    client.shutdown(socket.SHUT_WR)
    conn.shutdown(socket.SHUT_WR)
    until_closed(client)
    until_closed(conn)

def unread():
    client, conn = pair()
    client.send(b'never read')
    conn.recv(1, socket.MSG_PEEK)
    conn.close()
    until_closed(client)

def linger():
    client, conn = pair()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    client.close()
    until_closed(conn)

def killed():
    client, conn = pair()
    if os.fork() == 0:
        os.kill(os.getpid(), 9)
    conn.close()
    if os.fork() == 0:
        client.close()
        os.kill(os.getpid(), 9)
    os.wait(), os.wait()
    until_closed(client)

def never_accepted():
    alone = socket.create_server(('127.0.0.1', 0))
    client = socket.create_connection(alone.getsockname())
    alone.close()
    until_closed(client)

def simultaneous():
    end = socket.socket()
    end.bind(('127.0.0.1', 0))
    end.connect(end.getsockname())
    end.close()

def refused():
    none = socket.socket()
    none.bind(('127.0.0.1', 0))
    client = socket.socket()
    assert client.connect_ex(none.getsockname())
    client.close()

for way in sys.argv[1:]:
    globals()[way]()
"""

FIRST = "FIN_WAIT_1 TIME_WAIT"
SECOND = "CLOSE_WAIT LAST_ACK CLOSED"
OPENS = "CLOSED SYN_SENT ESTABLISHED"
IS_OPENED = "SYN_RCVD ESTABLISHED"

# The paths of the connecting end and of the other one. Whether FIN_WAIT_2 is passed depends on
# whether the other end's acknowledgement comes before its FIN or with it.
WAYS = {
    "client_first": (f"{OPENS} {FIRST}", f"{IS_OPENED} {SECOND}"),
    "server_first": (f"{OPENS} {SECOND}", f"{IS_OPENED} {FIRST}"),
    "half_close": (f"{OPENS} {FIRST}", f"{IS_OPENED} {SECOND}"),
    "both_shut": (f"{OPENS} {FIRST}", f"{IS_OPENED} {SECOND}"),
    "unread": (f"{OPENS} CLOSED", f"{IS_OPENED} CLOSED"),
    "linger": (f"{OPENS} CLOSED", f"{IS_OPENED} CLOSED"),
    "killed": (f"{OPENS} {SECOND}", f"{IS_OPENED} {FIRST}"),
    "never_accepted": (f"{OPENS} CLOSED", f"{IS_OPENED} CLOSED"),
    "simultaneous": ("CLOSED SYN_SENT SYN_RCVD ESTABLISHED FIN_WAIT_1 CLOSING TIME_WAIT",),
    "refused": ("CLOSED SYN_SENT CLOSED",),
}


def run(ways, *options):
    done, record = trace("--isolate", *options, PYTHON, "-c", PROGRAM, *ways, timeout=300)
    if done.returncode == 125 and "namespace" in done.stderr:
        raise unittest.SkipTest(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return record


def path_of(states):
    """TIME_WAIT ends early where its port is wanted again."""
    path = " ".join(state for state in states if state != "FIN_WAIT_2")
    return path.replace("TIME_WAIT CLOSED", "TIME_WAIT")


def written_paths(record):
    """Each socket's path as the `state` records tell it, and what does not fit together."""
    paths, gaps = {}, []
    for change in record.of("state"):
        path = paths.setdefault(change["socket"]["id"], [])
        if path and change.get("from") != path[-1]:
            gaps.append(change)
        if not path and "from" in change:
            path.append(change["from"])
        path.append(change["to"])
    return paths, gaps


def is_part(some, path):
    """Whether it is the path with steps left out."""
    rest = iter(path)
    return all(state in rest for state in some)


class Paths(unittest.TestCase):
    def check(self, ways, record):
        paths, gaps = written_paths(record)
        self.assertEqual(gaps, [])
        seen_by = {change["witness"] for change in record.of("state")
                   if "LISTEN" not in (change.get("from"), change["to"])
                   # Its end passes no wire; where the port is wanted again it comes early.
                   and change.get("from") != "TIME_WAIT"}
        self.assertLessEqual(seen_by, {"wire", "tracepoint"})
        self.compare(ways, (path for path in paths.values() if "LISTEN" not in path))
        return paths

    def compare(self, ways, paths):
        left = collections.Counter(map(path_of, paths))
        right = collections.Counter(path for way in ways for path in WAYS[way])
        self.assertEqual((left - right, right - left), ({}, {}))

    def test_what_remains_after_the_last_call_is_seen_too(self):
        """The close of a process that is killed, at both ends."""
        self.check(["killed"], run(["killed"]))

    def test_the_table_at_the_end_has_the_same_paths(self):
        ways = [way for way in WAYS if way != "refused"]
        record = run(ways)
        paths = self.check(ways, record)
        for connection in record.of("connection"):
            for end in connection["ends"]:
                if "socket" in end:
                    self.assertEqual(end["states"], paths[end["socket"]])

    def test_a_state_is_told_before_the_call_that_caused_it(self):
        record = run(["client_first"])
        places = {entry["n"]: place for place, entry in enumerate(record.lines)
                  if entry["type"] == "call"}
        for place, entry in enumerate(record.lines):
            if entry["type"] == "state" and "cause" in entry:
                self.assertLess(place, places[entry["cause"]])

    def test_calls_and_segments_agree_on_who_caused_it(self):
        record = run(["client_first", "server_first"])
        causes = {}
        for change in record.of("state"):
            for call in record.calls():
                if call["n"] == change.get("cause"):
                    causes.setdefault(change["to"], set()).add(call["call"])
        self.assertEqual(causes["SYN_SENT"], {"connect"})
        self.assertEqual(causes["SYN_RCVD"], {"connect"})
        self.assertEqual(causes["FIN_WAIT_1"], {"close"})
        self.assertEqual(causes["LAST_ACK"], {"close"})

    def test_a_thousand_connections_in_every_way(self):
        ways = list(WAYS) * 100
        random.Random(4).shuffle(ways)
        record = run(ways, "-e", "setup")
        self.check(ways, record)
        self.assertEqual(record.of("end")[0]["lost"], 0)

    def test_the_tracepoint_alone_sees_the_same(self):
        """It never shows TIME_WAIT: that is seen by the call after which the socket is asked. What
        a killed process leaves may be gone by then: a RST can end it (RFC 1337)."""
        ways = [way for way in WAYS if way not in ("refused", "killed")] * 125
        random.Random(5).shuffle(ways)
        record = run(ways, "--wire=off", "-e", "setup")
        if "tracepoint" not in record.of("header")[0]["witnesses"]:
            self.skipTest("needs the right to load a BPF program, and a kernel that describes "
                          "its types")
        self.assertEqual([change for change in written_paths(record)[1]
                          if change["from"] != "TIME_WAIT"], [])
        # By socket: one that is connected to itself is both ends.
        paths = {end["socket"]: end["states"] for connection in record.of("connection")
                 for end in connection["ends"] if "states" in end}
        self.compare(ways, paths.values())

    def test_other_witnesses_see_nothing_else(self):
        """Without the wire they see less, but no state that is not on the way, and in its order."""
        ways = list(WAYS) * 10
        record = run(ways, "--wire=off")
        possible = {path for way in ways for path in WAYS[way]}
        ends = [end for connection in record.of("connection") for end in connection["ends"]]
        self.assertTrue(ends)
        for end in ends:
            states = path_of(end.get("states", [])).split()
            self.assertTrue(any(is_part(states, path.split()) for path in possible), end)


def add_tests():
    for way in WAYS:
        def test(self, way=way):
            self.check([way], run([way]))

        setattr(Paths, f"test_{way}", test)


add_tests()

if __name__ == "__main__":
    unittest.main()
