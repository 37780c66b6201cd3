"""For every demo, the Python programs make the same socket calls as the C programs: the same
names and arguments, the same results and errors, in the same order, lane by lane.

Two things are left out, and only these. What is no property of the program but of the run:
numbers of descriptors, ephemeral ports, addresses in memory. And what CPython does by itself
(FACTS.md section 8), by the two tables below: REWRITES for a call that CPython makes in another
form than a C programmer writes it, ALLOWANCES for a call that CPython makes in addition; a
third one, LIBRARY_OWN, has what the C library makes in addition.

A demo is each folder that has a scenario. Whatever a test here cannot explain is a difference.
"""

import itertools
import os
import re
import unittest

from lessons import play
from traced import DEMOS

# Linux gives ephemeral ports from 32768 on (net.ipv4.ip_local_port_range).
EPHEMERAL = re.compile(r":(?:3[2-9]\d{3}|[45]\d{4}|6\d{4})$")


class Call:
    """One call, without what differs from run to run. fields: name of an argument -> value."""

    def __init__(self, line, sockets):
        self.name = line["call"]
        self.fields = {a["name"]: plain(a, sockets) for a in line["args"]}
        self.made = None  # which socket it created, counted in its lane
        if line.get("restarted"):
            self.result = "restarted"
        else:
            self.result = line.get("errno", line.get("ret", "never"))
        if self.name in ("socket", "accept", "accept4", "dup") and "errno" not in line:
            # A descriptor's number says how many are open: the interpreter may have more.
            self.made = number_of(line["socket"]["id"], sockets) if "ret" in line else None
            self.result = "descriptor" if "ret" in line else self.result

    def __eq__(self, other):
        return str(self) == str(other)

    def __str__(self):
        fields = ", ".join(f"{name}={value}" for name, value in self.fields.items())
        made = "" if self.made is None else f" (socket {self.made})"
        return f"{self.name}({fields}) = {self.result}{made}"


def number_of(identity, sockets):
    """The sockets of a lane, counted from 1 in the order in which it uses them."""
    return sockets.setdefault(identity, len(sockets) + 1)


def plain(argument, sockets):
    kind = argument["kind"]
    if kind == "fd" and "socket" in argument:
        return f"socket {number_of(argument['socket'], sockets)}"
    if kind == "endpoint":
        return EPHEMERAL.sub(":EPHEMERAL", argument["value"])
    if kind == "address":
        return "ADDRESS"
    if kind == "struct":
        return {field["name"]: plain(field, sockets) for field in argument["fields"]}
    if kind == "array":
        return [plain(item, sockets) for item in argument.get("items", [])]
    if kind == "flags":
        return sorted(argument.get("names", [])) + [argument.get("unknown", 0)]
    if kind == "bytes":
        return argument.get("text", argument.get("base64", "")) + f" ({argument['length']})"
    return argument.get("symbol", argument["value"])


# --- what CPython does by itself ---------------------------------------------------------------


def without_cloexec(call):
    """CPython sets close-on-exec on each descriptor that it makes (PEP 446)."""
    for field in ("type", "flags"):
        if call.name in ("socket", "socketpair", "accept4", "epoll_create1"):
            flags = call.fields.get(field)
            if isinstance(flags, list):
                call.fields[field] = [f for f in flags if not str(f).endswith("_CLOEXEC")]


def accept4_is_accept(call):
    """accept() is called as accept4(), for that flag; without other flags it is the same."""
    if call.name == "accept4" and call.fields["flags"] == [0]:
        call.name = "accept"
        del call.fields["flags"]


def who_came_is_always_asked(call):
    """Socket.accept() returns the address; in C it is asked for or not (NULL)."""
    if call.name == "accept":
        call.fields.pop("addr", None)
        call.fields.pop("addrlen", None)


def duplicates_with_cloexec(call):
    """socket.dup() and makefile() ask for that flag too, which dup() does not know."""
    if call.name == "fcntl" and call.fields["cmd"] == "F_DUPFD_CLOEXEC":
        call.name = "dup"
        call.fields = {"oldfd": call.fields["fd"]}
        call.result, call.made = "descriptor", int(call.fields["oldfd"].split()[1])


def epoll_knows_a_descriptor(call):
    """The data of an event is 64 bits wide; CPython sets the descriptor in the lower half of it."""
    for event in call.fields.values() if call.name.startswith("epoll_") else ():
        for one in event if isinstance(event, list) else [event]:
            if isinstance(one, dict) and "data" in one:
                one["data"] &= 0xFFFFFFFF


REWRITES = (
    without_cloexec,
    accept4_is_accept,
    who_came_is_always_asked,
    duplicates_with_cloexec,
    epoll_knows_a_descriptor,
)


def asks_for_the_family(earlier, call):
    """A socket object made of a descriptor asks once for its address, to learn the family: after
    accept(), dup() and socketpair(), and of one that was passed (socketmodule.c: sock_initobj)."""
    if call.name != "getsockname":
        return False
    for before in reversed(earlier):
        if before.name == "getsockname" and before.fields["sockfd"] != call.fields["sockfd"]:
            continue  # the other one of a pair
        if before.name in ("accept", "dup"):
            return call.fields["sockfd"] == f"socket {before.made}"
        if before.name == "socketpair":
            return call.fields["sockfd"] in before.fields["sv"]
        return before.name == "recvmsg"
    return False


def sets_again_what_is_set(earlier, call):
    """settimeout() and setblocking() set O_NONBLOCK each time, since a socket with a timeout is a
    non-blocking one on which CPython polls."""
    if call.name != "ioctl" or call.fields["request"] != "FIONBIO":
        return False
    for before in reversed(earlier):
        if before.name == "ioctl" and before.fields["fd"] == call.fields["fd"]:
            return before == call
    return False


def closes_for_the_child(earlier, call):
    """subprocess closes in the child whatever the new program shall not inherit (close_fds)."""
    return call.name == "close_range" and all(c.name == "close_range" for c in earlier)


# Each says whether CPython made the call by itself; earlier: the calls before it in its lane.
ALLOWANCES = (asks_for_the_family, sets_again_what_is_set, closes_for_the_child)


def asks_for_the_flags(earlier, call):
    """glibc's fdopen() looks whether the descriptor may be read and written."""
    return call.name == "fcntl" and call.fields["cmd"] == "F_GETFL"


# The same for the C library.
LIBRARY_OWN = (asks_for_the_flags,)


# --- the comparison ----------------------------------------------------------------------------


def calls_of(record, lane):
    """All calls of a lane, in the order of their entry; also those that never returned."""
    lines = {}
    for line in record.lines:
        if line["type"] in ("enter", "call") and line["lane"] == lane:
            lines[line["n"]] = line
    sockets = {}
    calls = [Call(lines[n], sockets) for n in sorted(lines)]
    for call in calls:
        for rewrite in REWRITES:
            rewrite(call)
    return calls


def lanes_of(record):
    """The lanes in the order in which they begin."""
    kinds = ("process", "enter", "call")
    return list(dict.fromkeys(line["lane"] for line in record.lines if line["type"] in kinds))


def without_own(calls, allowances):
    """The calls without those that the interpreter or the library made by itself."""
    return [
        call
        for i, call in enumerate(calls)
        if not any(own(calls[:i], call) for own in allowances)
    ]


def difference(ours, theirs):
    """The first place where the twin does something else; None if there is none."""
    ours, theirs = without_own(ours, LIBRARY_OWN), without_own(theirs, ALLOWANCES)
    for i, (call, twin) in enumerate(itertools.zip_longest(ours, theirs), 1):
        if call != twin:
            return f"call {i}\n     C:      {call}\n     Python: {twin}"
    return None


class Twins(unittest.TestCase):
    maxDiff = None

    def compare(self, name):
        ours, theirs = play(name), play(name, "--python")
        twins = {lane.replace(".py", ""): lane for lane in lanes_of(theirs)}
        lanes = [lane for lane in lanes_of(ours) if calls_of(ours, lane)]
        self.assertTrue(lanes, "no calls: nothing compared")
        self.assertLessEqual(set(lanes), set(twins))
        for lane, twin in twins.items():
            with self.subTest(lane=lane):
                self.assertIsNone(difference(calls_of(ours, lane), calls_of(theirs, twin)))


def add_tests():
    for name in sorted(os.listdir(DEMOS)):
        if os.path.exists(os.path.join(DEMOS, name, "scenario")):
            def test(self, name=name):
                self.compare(name)

            setattr(Twins, "test_" + name.replace("-", "_"), test)


add_tests()


class Comparison(unittest.TestCase):
    """What the comparison itself finds, and lets pass."""

    @staticmethod
    def call(name, result, *args):
        sockets = {"7": 1, "8": 2}
        line = {"call": name, "args": list(args), "ret": result}
        if name.startswith("accept"):
            line["socket"] = {"id": "8"}
        call = Call(line, sockets)
        for rewrite in REWRITES:
            rewrite(call)
        return call

    def send(self, text):
        sockfd = {"name": "sockfd", "kind": "fd", "value": 3, "socket": "7"}
        data = {"name": "buf", "kind": "bytes", "text": text, "length": len(text)}
        return self.call("send", len(text), sockfd, data)

    def accept(self):
        return self.call("accept", 4, {"name": "sockfd", "kind": "fd", "value": 3, "socket": "7"})

    def getsockname(self, socket):
        sockfd = {"name": "sockfd", "kind": "fd", "value": 4, "socket": socket}
        return self.call("getsockname", 0, sockfd)

    def test_other_bytes_are_a_difference(self):
        self.assertIsNone(difference([self.send("a")], [self.send("a")]))
        self.assertIn("call 1", difference([self.send("a")], [self.send("b")]))

    def test_another_order_is_a_difference(self):
        ours = [self.send("a"), self.accept()]
        self.assertIn("call 1", difference(ours, ours[::-1]))

    def test_a_call_too_few_or_too_many_is_a_difference(self):
        self.assertIn("Python: None", difference([self.send("a")], []))
        self.assertIn("C:      None", difference([], [self.send("a")]))

    def test_getsockname_passes_only_after_accept_and_for_its_socket(self):
        ours = [self.accept(), self.send("a")]
        twin = [self.accept(), self.getsockname("8"), self.send("a")]
        self.assertIsNone(difference(ours, twin))
        self.assertIn("getsockname", difference(ours, [ours[0], self.getsockname("7"), ours[1]]))
        self.assertIn("getsockname", difference(ours, ours + [self.getsockname("8")]))

    def test_getsockname_passes_once_for_each_new_socket(self):
        ours = [self.accept(), self.getsockname("8")]
        self.assertIn("call 2", difference(ours, ours))  # its own one is missing
        self.assertIsNone(difference(ours, [*ours, self.getsockname("8")]))

    def fionbio(self, value):
        fd = {"name": "fd", "kind": "fd", "value": 3, "socket": "7"}
        request = {"name": "request", "kind": "const", "value": 21537, "symbol": "FIONBIO"}
        return self.call("ioctl", 0, fd, request, {"name": "argp", "kind": "int", "value": value})

    def test_ioctl_passes_only_if_it_sets_what_is_set(self):
        ours = [self.fionbio(1), self.send("a")]
        self.assertIsNone(difference(ours, [self.fionbio(1), self.fionbio(1), self.send("a")]))
        self.assertIn("call 2", difference(ours, [ours[0], self.fionbio(0), ours[1]]))
        self.assertIn("call 1", difference([self.send("a")], ours))

    def test_close_range_passes_only_as_the_first_call_of_a_child(self):
        closes = self.call("close_range", 0, {"name": "first", "kind": "int", "value": 3})
        self.assertIsNone(difference([], [closes, closes]))
        self.assertIn("close_range", difference([self.send("a")], [self.send("a"), closes]))


if __name__ == "__main__":
    unittest.main()
