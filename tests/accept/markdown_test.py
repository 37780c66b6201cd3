"""The lecture notes: what they tell, and that no word of a recording becomes more than a word."""

import random
import unittest

from parsers import complaints, markdown_tokens
from tampered import random_run, recordings, replayed, tampered

ROUNDS = 30


def notes(text, *options):
    whole, files = replayed(text, "run.md", *options)
    return whole, files["run.md"]


class Echo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.recording = recordings("echo")[0]
        _, cls.text = notes(cls.recording)

    def test_the_demo_is_the_title_and_its_lesson_comes_first(self):
        self.assertTrue(self.text.startswith(
            "# Echo: one connection, one message, one answer\n\nA server needs seven calls:"))

    def test_what_ran_is_told(self):
        self.assertIn("\n- `./server 8000`\n- `./client 127.0.0.1 8000`\n", self.text)

    def test_sections_come_in_their_order(self):
        headings = [line for line in self.text.splitlines() if line.startswith("## ")]
        self.assertEqual(headings, ["## What ran", "## Who talks to whom", "## States",
                                    "## What happened", "## Connections", "## Sources"])
        story = self.text[:self.text.index("\n## Sources\n")]
        chapters = [line for line in story.splitlines() if line.startswith("### ")]
        self.assertEqual(chapters[1:4], ["### Setting up", "### Handshake", "### Setting up"])
        self.assertEqual(chapters[-1], "### Closing")

    def test_a_call_has_its_python_and_its_explanation(self):
        self.assertRegex(self.text, r"\n\*\*3 · server\*\* `listen\(3, 5\) = 0`\n\n(`.*server\.c:\d+`\n\n```c\n.*\n```\n\n)?"
                                    r"```python\nserver\.listen\(5\)\n```\n\nState: server CLOSED → LISTEN\n\n"
                                    r"> \*\*Note:\*\* The queue for accept\(\) holds")

    def test_sockets_are_named_by_their_role(self):
        self.assertIn("\nclient.connect(('127.0.0.1', 8000))\n", self.text)
        self.assertNotIn("sock.", self.text[:self.text.index("\n## Sources\n")].replace("socket.", ""))

    def test_states_have_the_calls_that_led_there(self):
        diagram = self.text.split("stateDiagram-v2\n")[1].split("```")[0]
        connect = [line for line in self.text.splitlines() if "`connect(" in line][0]
        number = connect[2:].split()[0]
        self.assertIn(f"a1 --> a2 : {number}\n", diagram)
        self.assertIn("a2 : ESTABLISHED\n", diagram)

    def test_notes_can_be_left_out(self):
        self.assertNotIn("> **", notes(self.recording, "--notes=none")[1])

    def test_in_chinese(self):
        _, text = notes(self.recording, "--lang=zh")
        self.assertIn("\n## 发生了什么\n", text)


class Others(unittest.TestCase):
    def test_mistakes_are_a_table(self):
        _, text = notes(recordings("address-in-use")[0])
        table = text.split("## Mistakes\n")[1]
        self.assertIn("| bind-time-wait | Port 8000 is held by 1 connection", table)

    def test_a_long_run_is_told_whole_and_drawn_as_far_as_it_can_be(self):
        lines = recordings("echo")[0].splitlines(keepends=True)
        send = [line for line in lines if '"call":"listen"' in line]
        _, text = notes("".join(lines[:2] + send * 1000))
        self.assertIn("All of it: `-o FILE.mmd`.", text)
        self.assertEqual(text.count("server.listen(5)"), 1000)
        self.assertLess(len(text.split("```mermaid\n")[1].split("```")[0]), 50000)


def walk(tokens):
    for token in tokens:
        yield token
        for key in ("tokens", "items"):
            yield from walk(token.get(key) or [])
        for row in [token.get("header") or [], *(token.get("rows") or [])]:
            for cell in row:
                yield from walk(cell["tokens"])


class Hostile(unittest.TestCase):
    def check(self, document, tokens):
        """Returns its diagrams."""
        diagrams = []
        for token in walk(tokens):
            kind = token["type"]
            self.assertNotIn(kind, ("html", "link", "image", "def", "del", "hr"), token)
            if kind == "code":
                self.assertIn(token.get("lang"), ("python", "text", "mermaid", "c", "cpp", "rust", "go", "asm"), document)
            if kind == "code" and token["lang"] == "mermaid":
                diagrams.append(token["text"])
            if kind == "table":
                self.assertIn(len(token["header"]), (5, 7))
                for line in filter(None, token["raw"].splitlines()):
                    cells = line.replace("\\\\", "").replace("\\|", "").count("|") - 1
                    self.assertEqual(cells, len(token["header"]), line)
        return diagrams

    def check_all(self, documents):
        dangerous = "<b>x</b> [y](z) https://example.org ![i](j) `k`\n"
        *parsed, control = markdown_tokens([*documents, dangerous])
        self.assertLessEqual({"html", "link", "image"}, {token["type"] for token in walk(control)})
        diagrams = [diagram for document, tokens in zip(documents, parsed)
                    for diagram in self.check(document, tokens)]
        self.assertGreater(len(diagrams), len(documents))
        for diagram, complaint in zip(diagrams, complaints(diagrams)):
            self.assertEqual(complaint, "", diagram)

    def test_words_of_a_tampered_recording_stay_words(self):
        texts = recordings("echo", "thread-server", "address-in-use")
        documents = [notes(text)[1] for text in texts]
        read = 0
        for seed in range(ROUNDS):
            whole, text = notes(tampered(random.Random(seed), texts[seed % len(texts)]))
            read += whole
            documents.append(text)
        self.assertGreater(read, ROUNDS // 2)
        self.check_all(documents)

    def test_words_of_random_records_stay_words(self):
        self.check_all([random_run("markdown", seed, 500) for seed in range(8)])

    def test_an_address_of_a_letter_becomes_no_link(self):
        text = recordings("echo")[0].replace("127.0.0.1:", "you@example.org:")
        document = notes(text)[1]
        self.assertIn("you`@`example.org:8000", document)
        self.check_all([document])


if __name__ == "__main__":
    unittest.main()
