"""Calls on a number that was a socket's and is closed."""

import unittest

from traced import PYTHON, trace

AGAIN = """
import os, socket
fd = socket.socket().detach()
os.close(fd)
for call in (lambda: os.read(fd, 5), lambda: os.close(fd)):
    try:
        call()
    except OSError:
        pass
"""

ANEW = """
import os, socket
fd = socket.socket().detach()
os.close(fd)
assert os.open("/dev/null", os.O_RDWR) == fd
os.write(fd, b"hello")
os.read(fd, 5)
os.close(fd)
"""


class Closed(unittest.TestCase):
    def test_a_call_on_it_is_shown(self):
        done, record = trace(PYTHON, "-c", AGAIN)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([(call["call"], call.get("errno")) for call in record.calls()],
                         [("socket", None), ("close", None), ("read", "EBADF"),
                          ("close", "EBADF")])

    def test_a_file_that_got_the_number_is_none_of_our_business(self):
        done, record = trace(PYTHON, "-c", ANEW)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(record.names(), ["socket", "close"])
        self.assertEqual(record.of("end")[0].get("mistakes", []), [])


if __name__ == "__main__":
    unittest.main()
