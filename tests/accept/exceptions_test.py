"""What teach/ says of Python is held against the Python that runs this."""

import ast
import errno
import importlib
import io
import os
import subprocess
import sys
import tokenize
import unittest

PRINT = os.path.join(os.environ.get("BUILD", "build"), "tests", "programs", "teach_print")
COUNT = 5000
# SPLICE_F_* came with os.splice().
SINCE = {"os.SPLICE_F_": (3, 10), "socket.IPPROTO_MPTCP": (3, 10), "socket.SO_INCOMING_CPU": (3, 11)}


def printed(*args):
    """The lines, cut only at newlines: splitlines() would cut at U+2028 too."""
    output = subprocess.run([PRINT, *map(str, args)], stdout=subprocess.PIPE, check=True).stdout
    return output.decode("utf-8").split("\n")[:-1]


class Exceptions(unittest.TestCase):
    def test_every_errno_has_the_class_that_python_raises(self):
        lines = printed("classes")
        self.assertEqual(len(lines), 133)
        for line in lines:
            number, name = line.split()
            expected = type(OSError(int(number), "x")).__name__
            self.assertEqual(name, expected, errno.errorcode.get(int(number), number))


class Names(unittest.TestCase):
    def test_every_constant_is_in_its_module(self):
        lines = printed("names")
        self.assertGreater(len(lines), 200)
        for line in lines:
            since = [v for prefix, v in SINCE.items() if line.startswith(prefix)]
            if since and sys.version_info < since[0]:
                continue
            module, name = line.split(".")
            with self.subTest(line):
                self.assertIsInstance(getattr(importlib.import_module(module), name), int)

    def test_the_names_socket_programs_use_are_all_there(self):
        known = set(printed("names"))
        for name in ("AF_INET AF_INET6 AF_UNIX SOCK_STREAM SOCK_DGRAM SOL_SOCKET SO_REUSEADDR "
                     "SO_ERROR SO_LINGER SO_KEEPALIVE SHUT_RD SHUT_WR SHUT_RDWR MSG_PEEK "
                     "MSG_DONTWAIT MSG_NOSIGNAL IPPROTO_TCP TCP_NODELAY SCM_RIGHTS").split():
            self.assertIn("socket." + name, known)


class Literals(unittest.TestCase):
    def test_bytes_evaluate_to_themselves(self):
        for line in printed("literals", 1, COUNT):
            given, literal = line.split(" ", 1)
            value = eval(literal, {})  # not literal_eval: '...'.encode() is a call
            self.assertEqual(value, bytes.fromhex(given), literal)

    def test_bytes_are_written_as_repr_does_unless_they_are_text(self):
        for line in printed("literals", 2, COUNT):
            given, literal = line.split(" ", 1)
            if not literal.endswith(".encode()"):
                self.assertEqual(literal, repr(bytes.fromhex(given)))

    def test_only_what_a_terminal_may_see_is_left_unescaped(self):
        for line in printed("literals", 3, COUNT):
            literal = line.split(" ", 1)[1]
            self.assertTrue(literal.isprintable(), ascii(literal))

    def test_strings_evaluate_to_what_python_makes_of_the_bytes(self):
        for line in printed("strings", 4, COUNT):
            given, literal = line.split(" ", 1)
            text = bytes.fromhex(given).decode("utf-8", "surrogateescape")
            self.assertEqual(ast.literal_eval(literal), text)

    def test_abstract_names_evaluate_to_the_name_with_its_nul(self):
        for line in printed("addresses", 5, COUNT):
            given, literal = line.split(" ", 1)
            value = ast.literal_eval(literal).encode("utf-8", "surrogateescape")
            self.assertEqual(value, bytes.fromhex(given), literal)


class Lines(unittest.TestCase):
    """Whatever the arguments are, an equivalent is one line of Python."""

    def test_every_equivalent_is_python(self):
        calls = set()
        for line in printed("lines", 6, 4 * COUNT):
            call, length, text = line.split(" ", 2)
            code = text.encode()[: int(length)].decode()
            ast.parse(code)
            ast.parse(text)
            calls.add(call)
        self.assertGreater(len(calls), 35)

    def test_nothing_in_a_comment_ends_the_line(self):
        for line in printed("lines", 7, COUNT):
            call, length, text = line.split(" ", 2)
            tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
            comments = [t for t in tokens if t.type == tokenize.COMMENT]
            self.assertEqual(len(comments), int(len(text.encode()) > int(length)))
            self.assertTrue(text.isprintable(), ascii(text))


if __name__ == "__main__":
    unittest.main()
