"""The pictures of the documents, made anew: the page of a run, and a run in a terminal.

    make screenshots        writes docs/pictures/*.png; look at them before you keep them
"""

import collections
import html
import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib

if __name__ == "__main__":  # tests/run.py has the path set
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import cdp
import picture
from traced import ENVIRONMENT, run

MOST = 150_000  # bytes of a picture: documents are read over slow lines too

# What a terminal makes of the numbers in ESC [ N m, on a light ground.
STYLES = {
    1: "font-weight:bold", 2: "color:#6a737d", 31: "color:#b3261e", 32: "color:#1a7f37",
    33: "color:#8a5a00", 34: "color:#0550ae", 35: "color:#8250df", 36: "color:#0b6e75",
    91: "color:#b3261e", 92: "color:#1a7f37", 93: "color:#8a5a00", 94: "color:#0550ae",
    95: "color:#8250df", 96: "color:#0b6e75",
}

SHELL = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #fff; color: #1f2328 }}
pre {{ margin: 14px 16px; font: 13px/1.35 "DejaVu Sans Mono", monospace }}
</style><body data-ready="yes"><pre>{}</pre></body>"""


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def make_small(path):
    """The same picture with the 256 colors it needs most: a third of the bytes."""
    width, size, rows = picture.read_png(path)
    colors = [[tuple(row[at:at + 3]) for at in range(0, width * size, size)] for row in rows]
    count = collections.Counter(color for row in colors for color in row)
    palette = [color for color, _ in count.most_common(256)]
    number = {color: i for i, color in enumerate(palette)}
    for color in count:
        if color not in number:
            number[color] = min(range(len(palette)), key=lambda i: sum(
                (one - other) ** 2 for one, other in zip(palette[i], color)))
    data = b"".join(b"\0" + bytes(number[color] for color in row) for row in colors)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n"
                   + chunk(b"IHDR", struct.pack(">IIBBBBB", width, len(rows), 8, 3, 0, 0, 0))
                   + chunk(b"PLTE", bytes(value for color in palette for value in color))
                   + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b""))


def as_html(colored):
    """The text of a terminal as HTML: each ESC [ ... m begins or ends a span."""
    out, opened = [], 0
    for part in re.split(r"(\x1b\[[0-9;]*m)", colored):
        code = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if not code:
            out.append(html.escape(part))
            continue
        numbers = [int(number or 0) for number in code[1].split(";")]
        if 0 in numbers:
            out.append("</span>" * opened)
            opened = 0
        for number in numbers:
            if number:
                out.append(f'<span style="{STYLES[number]}">')
                opened += 1
    return "".join(out) + "</span>" * opened


def terminal(browser, folder, target, begin, end, arguments):
    """The lines of a run from the first that has `begin` to the first after it that has `end`."""
    done = run("--color=always", *arguments, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    first = next(i for i, line in enumerate(lines) if begin in line)
    last = next(i for i, line in enumerate(lines) if i > first and end in line)
    command = "$ socktrace " + " ".join(arguments)
    path = os.path.join(folder, "terminal.html")
    with open(path, "w", encoding="utf-8") as file:
        file.write(SHELL.format(as_html("\n".join([command, "..."] + lines[first:last] + ["..."]))))
    page = browser.page("file://" + path, width=1000, height=400)
    height = page.run("Math.ceil(document.querySelector('pre').getBoundingClientRect().bottom) + 14")
    width = page.run("(() => { const range = document.createRange(); range.selectNodeContents("
                     "document.querySelector('pre')); return Math.ceil(range.getBoundingClientRect().right) + 16; })()")
    page.send("Emulation.setDeviceMetricsOverride", width=width, height=height,
              deviceScaleFactor=1, mobile=False)
    page.screenshot(target)
    page.close()


def page_of(browser, folder, target, call, arguments):
    """The page of a run, opened at one of its calls."""
    path = os.path.join(folder, "run.html")
    done = run(*arguments, "-o", path, env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    page = browser.page(f"file://{path}#{call}", width=1200, height=760)
    page.screenshot(target)
    page.close()


def main(target):
    os.makedirs(target, exist_ok=True)
    browser = cdp.Browser()
    try:
        with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
            for lang, end in (("en", ""), ("zh", ".zh")):
                lang = f"--lang={lang}"
                terminal(browser, folder, os.path.join(target, f"terminal{end}.png"), "connect(3",
                         "recv(4", [lang, "--demo", "echo"])
                page_of(browser, folder, os.path.join(target, f"page{end}.png"), "call-12",
                        [lang, "--demo", "echo"])
    finally:
        browser.close()
    for name in sorted(os.listdir(target)):
        make_small(os.path.join(target, name))
        size = os.path.getsize(os.path.join(target, name))
        print(f"{os.path.join(target, name)}  {size} bytes")
        assert size < MOST, f"{name} is too large"


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except subprocess.TimeoutExpired as error:
        sys.exit(str(error))
