"""Pictures compared: PNG read with zlib alone, and made so coarse that fonts do not matter.

REFERENCES=write writes what is seen as the new references; look at the pages before that.
"""

import json
import os
import struct
import zlib

COLUMNS = 36
MEAN = 9  # of 255: how far all cells may be away on average
FAR, MOST_FAR = 60, 0.03  # and so many of them further than this


def unfiltered(data, width, height, size):
    """The bytes of the rows, each without its filter (RFC 2083, 6)."""
    stride, before, rows = width * size, bytearray(width * size), []
    for y in range(height):
        kind = data[y * (stride + 1)]
        row = bytearray(data[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        for i in range(stride):
            left = row[i - size] if i >= size else 0
            up = before[i]
            corner = before[i - size] if i >= size else 0
            if kind == 1:
                row[i] = (row[i] + left) & 255
            elif kind == 2:
                row[i] = (row[i] + up) & 255
            elif kind == 3:
                row[i] = (row[i] + (left + up) // 2) & 255
            elif kind == 4:
                guess = left + up - corner
                near = min((abs(guess - left), 0, left), (abs(guess - up), 1, up),
                           (abs(guess - corner), 2, corner))[2]
                row[i] = (row[i] + near) & 255
        rows.append(row)
        before = row
    return rows


def read_png(path):
    """Width, bytes of a pixel, rows."""
    with open(path, "rb") as file:
        data = file.read()
    at, packed, head = 8, b"", None
    while at < len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        if kind == b"IHDR":
            head = struct.unpack(">IIBB", data[at + 8:at + 18])
        elif kind == b"IDAT":
            packed += data[at + 8:at + 8 + length]
        at += 12 + length
    width, height, _, color = head
    size = {2: 3, 6: 4}[color]
    return width, size, unfiltered(zlib.decompress(packed), width, height, size)


def coarse(path):
    """The mean color of each cell of a grid, as lines of [red, green, blue, ...]."""
    width, size, rows = read_png(path)
    side = width // COLUMNS
    lines = []
    for top in range(0, len(rows) - side + 1, side):
        line = []
        for left in range(0, COLUMNS * side, side):
            for color in range(3):
                values = [row[(left + x) * size + color] for row in rows[top:top + side]
                          for x in range(side)]
                line.append(sum(values) // len(values))
        lines.append(line)
    return lines


def compare(shot, reference):
    seen = coarse(shot)
    if os.environ.get("REFERENCES") == "write":
        with open(reference, "w", encoding="utf-8") as file:
            file.write("[" + ",\n".join(json.dumps(line, separators=(",", ":")) for line in seen) + "]\n")
    with open(reference, encoding="utf-8") as file:
        known = json.load(file)
    assert [len(line) for line in seen] == [len(line) for line in known], "another size"
    away = [abs(one - other) for line, line_known in zip(seen, known) for one, other in zip(line, line_known)]
    far = sum(value > FAR for value in away) / len(away)
    mean = sum(away) / len(away)
    assert mean <= MEAN and far <= MOST_FAR, f"{reference}: {mean:.1f} away on average, {far:.1%} far away"
