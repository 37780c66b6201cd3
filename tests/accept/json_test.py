"""A recording's JSON is read as another parser, Python's, reads it."""

import json
import random
import subprocess
import unittest

from traced import LIMIT, program

SPECIAL = [b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":", b"-", b"0", b"1e5", b".5", b"\\u00e9",
           b"\\ud83d\\ude00", b"\\ud83d", b"\\udc00", b"\\u0000", b"\x00", b"\x1f", b"\x7f", b"\x80",
           "é😀".encode(), b"\xed\xa0\x80", b"true", b"null", b" ", b"\t", b"\r", b"9" * 18,
           b"9223372036854775807", b"-9223372036854775808", b"9223372036854775808", b"NaN"]


class NotJson(ValueError):
    pass


def refuse(_):
    raise NotJson


def integer(digits):
    if not -(1 << 63) <= int(digits) < 1 << 63:
        raise NotJson
    return int(digits)


def pairs(members):
    """An object as a list: members of one name are all kept, in their order."""
    if any("\0" in key for key, _ in members):
        raise NotJson
    return ("object", members)


def levels(value):
    if isinstance(value, list):
        return 1 + max(map(levels, value), default=0)
    if isinstance(value, tuple):
        return 1 + max((levels(member) for _, member in value[1]), default=0)
    return 0


def read(line):
    """As RFC 8259 has it, without what the replay refuses; None: it is no JSON."""
    try:
        value = json.loads(line.decode(), parse_constant=refuse, parse_float=lambda _: 0.5,
                           parse_int=integer, object_pairs_hook=pairs)
        json.dumps(value, ensure_ascii=False).encode()  # half a surrogate pair is no UTF-8
        return value if levels(value) <= 64 else None
    except (ValueError, RecursionError):
        return None


def ours(lines):
    done = subprocess.run([program("json_lines")], input=b"\n".join(lines) + b"\n", check=True,
                          capture_output=True, timeout=LIMIT)
    return [None if line == b"no" else json.loads(line, object_pairs_hook=pairs)
            for line in done.stdout.splitlines()]


class Json(unittest.TestCase):
    def check(self, lines):
        answers = ours(lines)
        self.assertEqual(len(answers), len(lines))
        for line, answer in zip(lines, answers):
            expected = read(line)
            # None is also what JSON's null is.
            self.assertEqual((answer, line.strip() == b"null" or answer is not None),
                             (expected, line.strip() == b"null" or expected is not None), line)
        return answers

    def test_what_is_json_and_what_is_not(self):
        good = [b"0", b"-0", b"[]", b"{}", b' [ 1 , {"a" : [ ] } ]\t\r', b'"\\"\\\\\\/\\b\\f\\n\\r\\t"',
                b'"\\u0000"', b'{"":1,"":2}', b"1.5e-3", b"[[[]],[]]", b'"\\uD83D\\uDE00"',
                b"9223372036854775807", b"-9223372036854775808", b"[" * 64 + b"]" * 64]
        bad = [b"", b" ", b"01", b"-", b"+1", b"1.", b"1e", b".5", b"[1,]", b"{,}", b'{"a"}',
               b'{"a":}', b"{a:1}", b"[1 2]", b'"', b'"\\x"', b'"\\u12"', b'"\\ud800"', b"tru",
               b"truer", b"nul", b"[", b"]", b"[}", b'"\x01"', b'"\xff"', b'{"\\u0000":1}',
               b"9223372036854775808", b"1 1", b"\xef\xbb\xbf1", b"[" * 65 + b"]" * 65, b"NaN", b'"a\0"']
        self.assertNotIn(None, self.check(good))
        self.assertEqual(set(self.check(bad)), {None})

    def test_twenty_thousand_lines_that_were_damaged(self):
        chance = random.Random(8259)
        made = subprocess.run([program("random_records"), "jsonl", "1", "200"], check=True,
                              capture_output=True, timeout=LIMIT).stdout.splitlines()
        lines = []
        for _ in range(20_000):
            line = chance.choice(made)
            for _ in range(chance.randrange(4)):
                at, size = chance.randrange(len(line) + 1), chance.randrange(3)
                line = line[:at] + chance.choice(SPECIAL) + line[at + size:]
            lines.append(line.replace(b"\n", b" "))
        answers = self.check(lines)
        self.assertGreater(sum(answer is None for answer in answers), 2_000)
        self.assertGreater(sum(answer is not None for answer in answers), 4_000)


if __name__ == "__main__":
    unittest.main()
