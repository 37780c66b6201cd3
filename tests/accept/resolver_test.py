"""Looking up a name is one line of text, whole in the record; other sockets stay lines."""

import http.server
import os
import re
import subprocess
import tempfile
import threading
import unittest

from traced import PYTHON, SOCKTRACE, Record, needs, run

CONNECT = "import socket; socket.create_connection(('localhost', {port})).close()"

# What getaddrinfo() asks twice in the same process, where nscd does not run but once.
TWICE = """
import socket
for _ in range(2):
    socket.getaddrinfo('localhost', 80, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    socket.socket().close()
"""

# The kernel's links, asked by the program itself; no name is looked up.
NETLINK = """
import socket, struct
with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:
    kernel.bind((0, 0))
    kernel.send(struct.pack('=IHHIIBxxx', 20, 22, 0x301, 1, 0, 0))
    kernel.recv(65536)
"""

# The address of this machine as students ask for it, and a name server asked by hand.
DATAGRAMS = """
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mine:
    mine.connect(('127.0.0.1', 9))
    mine.getsockname()
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as query:
    query.connect(('127.0.0.1', 53))
    query.send(b'?')
"""

RESOLVER = re.compile(r"^ +\S+ +resolver asks (.*?)   \((\d+) calls?\)$", re.M)


class Quiet(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


class Resolver(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="socktrace-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet)
        self.addCleanup(self.server.server_close)
        self.port = self.server.server_port
        thread = threading.Thread(target=self.server.serve_forever)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.shutdown)

    def path(self, name):
        return os.path.join(self.folder, name)

    def trace(self, *command, prefix=(), stdin=b""):
        """The text and the record; the text of the replay is the same."""
        text, record = self.path("run.txt"), self.path("run.jsonl")
        subprocess.run([*prefix, SOCKTRACE, "-o", text, "-o", record, *command], timeout=30,
                       check=False, input=stdin, capture_output=True)
        with open(text, encoding="utf-8") as file:
            shown = file.read()
        self.assertEqual(run("--replay", record).stderr, shown)
        return shown, Record(record)

    def assert_folded(self, shown, record, lines):
        found = RESOLVER.findall(shown)
        self.assertEqual(len(found), lines, shown)
        for word in ("nscd/socket", "AF_NETLINK", "SOCK_DGRAM"):
            self.assertNotIn(word, shown)
        # Every call is either a line or counted in one.
        numbers = set(re.findall(r"^ +(\d+) \S+ +(?:\.\.\. )?\w+\(", shown, re.M))
        folded = sum(int(count) for _, count in found)
        self.assertEqual(len(numbers) + folded, len(record.calls()), shown)

    def in_a_machine_with_two_addresses(self):
        """localhost as most machines have it: getaddrinfo() has to sort two addresses."""
        hosts = self.path("hosts")
        with open(hosts, "w", encoding="ascii") as file:
            file.write("127.0.0.1 localhost\n::1 localhost\n")
        prefix = ["unshare", "-r", "-m", "sh", "-c",
                  f"mount --bind {hosts} /etc/hosts && exec \"$@\"", "sh"]
        if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode:
            self.skipTest("no mount namespace may be made here")
        return prefix

    def test_curl_looks_up_localhost_in_one_line(self):
        needs("curl")
        shown, record = self.trace("curl", "-s", f"http://localhost:{self.port}/")
        self.assert_folded(shown, record, 1)
        self.assertIn("SO_KEEPALIVE", shown)

    def test_nc_looks_up_localhost_in_one_line(self):
        needs("nc")
        ask = b"GET / HTTP/1.0\r\n\r\n"  # the answer ends the connection, and nc
        shown, record = self.trace("nc", "localhost", str(self.port), stdin=ask)
        self.assert_folded(shown, record, 1)
        self.assertIn("ESTABLISHED", shown)

    def test_python_looks_up_localhost_in_one_line(self):
        shown, record = self.trace(PYTHON, "-c", CONNECT.format(port=self.port))
        self.assert_folded(shown, record, 1)
        self.assertIn("ESTABLISHED", shown)

    def test_sorting_two_addresses_belongs_to_the_lookup(self):
        prefix = self.in_a_machine_with_two_addresses()
        shown, record = self.trace(PYTHON, "-c", CONNECT.format(port=self.port), prefix=prefix)
        self.assert_folded(shown, record, 1)
        self.assertIn("the kernel's addresses", shown)
        self.assertIn("AF_NETLINK", {c["socket"]["domain"] for c in record.calls()})

    def test_each_lookup_is_a_line(self):
        prefix = self.in_a_machine_with_two_addresses()
        shown, record = self.trace(PYTHON, "-c", TWICE, prefix=prefix)
        self.assert_folded(shown, record, 2)

    def test_a_program_that_asks_the_kernel_itself_is_shown(self):
        shown, record = self.trace(PYTHON, "-c", NETLINK)
        self.assertEqual(RESOLVER.findall(shown), [])
        self.assertIn("NETLINK_ROUTE", shown)
        self.assertTrue(record.calls(name="bind"))

    def test_a_program_with_datagrams_of_its_own_is_shown(self):
        shown, _ = self.trace(PYTHON, "-c", DATAGRAMS)
        self.assertEqual(RESOLVER.findall(shown), [])
        self.assertEqual(shown.count("SOCK_DGRAM|"), 2, shown)


if __name__ == "__main__":
    unittest.main()
