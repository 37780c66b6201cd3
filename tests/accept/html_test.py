"""The format html: one page, the same live and replayed, read here by Python's own HTML parser."""

import base64
import hashlib
import json
import os
import random
import tempfile
import unittest
from html.parser import HTMLParser

from traced import DEMOS, Record, needs, run

RECORDINGS = os.path.join("tests", "browser", "recordings")

NASTY = [
    "</script>", "<script>alert(1)</script>", "<!--", "-->", "]]>", "&lt;", "\u202e", "\u2028",
    "\0", "\x1b[2J", "'\"\\", "<img src=x onerror=alert(1)>", "javascript:", "你好", "e\u0301",
    "\ud7ff", "\U0001f600", "\n", "{{}}", "${x}",
]


class Page(HTMLParser):
    """The elements, and the text of each script and style."""

    def __init__(self, text):
        super().__init__(convert_charrefs=False)
        self.elements, self.texts, self.open = [], [], None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag in ("script", "style"):
            self.open = [tag, dict(attrs), ""]
            self.texts.append(self.open)

    def handle_endtag(self, tag):
        if self.open and tag == self.open[0]:
            self.open = None

    def handle_data(self, data):
        if self.open:
            self.open[2] += data

    def records(self):
        return [json.loads(line) for tag, attrs, text in self.texts
                if attrs.get("type") == "application/jsonl" for line in text.splitlines() if line]

    def only(self, tag):
        found = [text for name, attrs, text in self.texts if name == tag and not attrs]
        assert len(found) == 1, found
        return found[0]


def nasty(numbers):
    return "".join(numbers.choice(NASTY) for _ in range(numbers.randrange(1, 5)))


def nasty_line(numbers, n):
    """A record with something hostile wherever a stranger can put it."""
    sent = nasty(numbers).encode() if n % 2 else b"\xff<\0>" + nasty(numbers).encode()
    data = {"text": sent.decode()} if n % 2 else {"base64": base64.b64encode(sent).decode()}
    data.update(length=len(sent), captured=len(sent))
    place = {"t": n, "pid": 1, "tid": 1, "lane": nasty(numbers).replace("\0", "") or "x"}
    call = {"type": "call", "n": n, "dur": 1, **place, "call": nasty(numbers).replace("\0", "") or "x",
            "args": [{"name": "buf", "kind": "bytes", **data}], "ret": -1, "errno": "EPIPE",
            "python": {"code": nasty(numbers).replace("\0", "") or "x"},
            "notes": [{"id": "x", "severity": "mistake", "text": nasty(numbers).replace("\0", "") or "x"}]}
    output = {"type": "output", **place, "fd": 1, "data": data}
    del output["tid"]
    return call if n % 3 else output


def replayed(lines, folder):
    path = os.path.join(folder, "in.jsonl")
    with open(path, "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return replay(path, folder)


def replay(path, folder, *options):
    out = os.path.join(folder, "out.html")
    done = run(*options, "--replay", path, "-o", out)
    assert done.returncode == 0, done.stderr
    with open(out, encoding="utf-8", newline="") as file:
        return file.read()


class Html(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="socktrace-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def test_the_extension_chooses_the_format_and_the_list_has_it(self):
        self.assertIn("html", run("--list", "formats").stdout)
        page = replay(os.path.join(RECORDINGS, "echo.jsonl"), self.folder)
        self.assertTrue(page.startswith("<!doctype html>"))

    def test_the_page_has_every_line_of_the_recording(self):
        path = os.path.join(RECORDINGS, "address-in-use.jsonl")
        lines = Page(replay(path, self.folder)).records()
        self.assertEqual([line for line in lines if line["type"] != "words"], Record(path).lines)

    def test_notes_are_there_in_both_languages(self):
        path = os.path.join(RECORDINGS, "address-in-use.jsonl")
        lines = Page(replay(path, self.folder)).records()
        for i, line in enumerate(lines):
            if line.get("notes") and line["type"] != "words":
                words = lines[i + 1]["notes"]
                self.assertEqual([note["text"] for note in line["notes"]],
                                 [note["en"]["text"] for note in words])
                self.assertTrue(all(note["zh"]["text"] != note["en"]["text"] for note in words))

    def test_live_and_replayed_it_is_the_same_byte_for_byte(self):
        needs("unshare")
        live, recording = (os.path.join(self.folder, name) for name in ("live.html", "live.jsonl"))
        if not os.path.isdir(os.path.join(DEMOS, "refused")):
            self.skipTest("the demos are not built")
        done = run("--demo", "refused", "-o", live, "-o", recording)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(live, encoding="utf-8", newline="") as file:
            self.assertEqual(file.read(), replay(recording, self.folder))

    def test_only_the_pages_own_script_and_style_may_run(self):
        page = Page(replay(os.path.join(RECORDINGS, "echo.jsonl"), self.folder))
        policy = next(attrs["content"] for tag, attrs in page.elements
                      if attrs.get("http-equiv") == "Content-Security-Policy")
        self.assertIn("default-src 'none'", policy)
        for tag in ("script", "style"):
            digest = base64.b64encode(hashlib.sha256(page.only(tag).encode()).digest()).decode()
            self.assertIn(f"{tag}-src 'sha256-{digest}'", policy)

    def test_the_page_names_no_other_place(self):
        page = replay(os.path.join(RECORDINGS, "echo.jsonl"), self.folder)
        for tag, attrs in Page(page).elements:
            self.assertFalse({"src", "href", "action", "style", "srcset"} & attrs.keys(), (tag, attrs))
        # A name of SVG, and no place.
        self.assertNotIn("http", page.split("<script type")[0].replace("http-equiv", "")
                         .replace("http://www.w3.org/2000/svg", ""))

    def test_whatever_stands_in_a_record_the_page_has_the_same_elements(self):
        numbers = random.Random(7)
        with open(os.path.join(RECORDINGS, "echo.jsonl"), encoding="utf-8") as file:
            header = json.loads(file.readline())
        own = Page(replayed([header], self.folder)).elements
        header["title"] = header["lesson"] = "".join(NASTY).replace("\0", "")
        del header["titles"], header["lessons"]
        lines = [header] + [nasty_line(numbers, n) for n in range(1, 1000)]
        page = replayed(lines, self.folder)
        parsed = Page(page)
        self.assertEqual([line for line in parsed.records() if line["type"] != "words"], lines)
        blocks = ("script", {"type": "application/jsonl"})
        self.assertEqual([element for element in parsed.elements if element != blocks],
                         [element for element in own if element != blocks])
        for raw in ("\u202e", "\u2028", "\0", "\x1b", "onerror=alert(1)>"):
            self.assertNotIn(raw, page)

    def test_a_long_recording_comes_in_blocks(self):
        with open(os.path.join(RECORDINGS, "echo.jsonl"), encoding="utf-8") as file:
            lines = [json.loads(line) for line in file]
        page = Page(replayed(lines[:1] + lines[1:-1] * 60, self.folder))
        blocks = [text for tag, attrs, text in page.texts if attrs]
        self.assertGreater(len(blocks), 5)
        self.assertTrue(all(len(text) < 256 << 10 for text in blocks))


if __name__ == "__main__":
    unittest.main()
