"""The sequence diagram: an arrow where two lanes meet, and words that nobody takes for Mermaid."""

import random
import re
import unittest

from parsers import complaints
from tampered import random_run, recordings, replayed, tampered

ROUNDS = 40


def diagram(text):
    whole, files = replayed(text, "run.mmd")
    return whole, files["run.mmd"]


def plain(text):
    """As a reader sees it: characters in the place of their numbers."""
    return re.sub(r"#(\d+);", lambda found: chr(int(found.group(1))), text)


class Echo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        _, text = diagram(*recordings("echo"))
        cls.lines = [line.strip() for line in plain(text).splitlines()]

    def arrows(self):
        found = [re.match(r"(p\d+)(->>|-\))(p\d+): (.*)", line) for line in self.lines]
        return [match.groups() for match in found if match]

    def test_lanes_are_participants_in_their_order(self):
        self.assertEqual([line for line in self.lines if line.startswith("participant")],
                         ["participant p1 as server", "participant p2 as client"])

    def test_connect_goes_to_the_listener(self):
        self.assertEqual(self.arrows()[0], ("p2", "->>", "p1", "6 connect(3, 127.0.0.1:8000) = 0"))

    def test_data_goes_from_send_to_recv(self):
        data = [arrow for arrow in self.arrows() if "recv" in arrow[3]]
        self.assertEqual([arrow[:3] for arrow in data], [("p2", "->>", "p1"), ("p1", "->>", "p2")])
        for arrow in data:
            self.assertRegex(arrow[3], r'^\d+ send → \d+ recv\(\d, "你好", \d+, 0\) = 6$')
        self.assertFalse([line for line in self.lines if line.startswith("Note") and "send(" in line])

    def test_the_fin_goes_from_each_end(self):
        fins = [arrow for arrow in self.arrows() if arrow[3].endswith("FIN")]
        self.assertEqual([arrow[:3] for arrow in fins], [("p2", "-)", "p1"), ("p1", "-)", "p2")])

    def test_who_waits_has_a_note(self):
        self.assertIn("Note over p1: 4 accept(3, NULL, NULL ...: waits", self.lines)


class Others(unittest.TestCase):
    def test_a_datagram_goes_to_whom_the_wire_brought_it(self):
        _, text = diagram(*recordings("udp-oneway"))
        self.assertRegex(plain(text), r'p4-\)p2: \d+ sendto\(3, "hello"')
        # Nobody was there.
        self.assertRegex(plain(text), r'Note over p1: \d+ sendto\(3, "is anybody there\?"')

    def test_a_send_that_is_received_before_it_returns_is_drawn_once(self):
        _, text = diagram(*recordings("big-send"))
        arrows = [line for line in plain(text).splitlines() if "->>" in line and "recv" in line]
        self.assertRegex(arrows[0], r"p2->>p1: 9 send, 10 send → 11 recv")
        self.assertEqual(len([line for line in text.splitlines() if "-)" in line and " send(" in line]),
                         0)

    def test_a_reset_goes_from_who_resets(self):
        _, text = diagram(*recordings("client-killed"))
        self.assertRegex(text, r"p\d-\)p\d: RST")


class Syntax(unittest.TestCase):
    def test_mermaid_reads_what_demos_tampered_recordings_and_random_records_give(self):
        texts = recordings("echo", "thread-server", "unix-pair")
        diagrams = [diagram(text)[1] for text in texts]
        read = 0
        for seed in range(ROUNDS):
            whole, text = diagram(tampered(random.Random(seed), texts[seed % len(texts)]))
            read += whole
            diagrams.append(text)
        self.assertGreater(read, ROUNDS // 2)
        diagrams += [random_run("mermaid", seed, 300) for seed in range(8)]
        broken = "sequenceDiagram\n    p1 -> : x\n"
        found = complaints([*diagrams, broken])
        self.assertNotEqual(found.pop(), "", "the parser lets everything pass")
        for text, complaint in zip(diagrams, found):
            self.assertEqual(complaint, "", text)

    def test_no_word_of_a_recording_is_more_than_a_word(self):
        texts = recordings("echo")
        for seed in range(ROUNDS):
            _, text = diagram(tampered(random.Random(seed), texts[0]))
            text += random_run("mermaid", seed, 100)
            for line in text.splitlines():
                self.assertRegex(line, r"^(sequenceDiagram|    title .*|"
                                 r"    participant p\d+ as .+|"
                                 r"    (Note over p\d+|p\d+(->>|-\))p\d+): .+)$")
                words = re.sub(r"#\d+;", "", line)
                self.assertNotRegex(re.sub(r"->>|-\)", "", words, count=1), r"[#;%<>{}`|&\\]")


if __name__ == "__main__":
    unittest.main()
