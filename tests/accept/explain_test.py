"""socktrace --explain: what it prints is true, compiles, and can be read."""

import concurrent.futures
import os
import pty
import re
import shutil
import subprocess
import tempfile
import unicodedata
import unittest

from traced import SOCKTRACE, run

WIDTH = 80
HEADINGS = ("Picture", "On Linux", "On this system", "A comparison, and where it ends", "In C",
            "In Python", "Demos", "What socktrace notices", "Read", "See also",
            "Other names", "What to do", "How to see it")


def explain(topic):
    return run("--explain", topic)


def all_topics():
    """NAME -> what is printed; errnos, which come last, too."""
    names = [line.split()[0] for line in run("--list", "topics").stdout.splitlines()]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return dict(zip(names, (done.stdout for done in pool.map(explain, names))))


def columns(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def section(page, heading):
    """The lines under a heading, without their indent; None: it has no such heading."""
    if f"\n{heading}\n" not in page:
        return None
    lines = page.split(f"\n{heading}\n", 1)[1].split("\n")
    end = next((i for i, line in enumerate(lines) if line in HEADINGS), len(lines))
    return "\n".join(line[4:] for line in lines[:end]).rstrip("\n") + "\n"


def on_terminal(*arguments, columns=100, **environment):
    """What is written to a terminal of that width."""
    # stty sets the width before it starts.
    master, slave = pty.openpty()
    try:
        subprocess.run(["stty", "columns", str(columns)], stdin=slave, check=True, timeout=10)
        variables = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS")}
        with tempfile.TemporaryFile() as copy:
            process = subprocess.Popen([SOCKTRACE, *arguments], stdin=subprocess.DEVNULL,
                                       stdout=slave, stderr=slave,
                                       env=variables | {"TERM": "xterm"} | environment)
            os.close(slave)
            slave = -1
            while True:
                try:
                    data = os.read(master, 65536)
                except OSError:  # EIO: nobody holds the other end
                    break
                if not data:
                    break
                copy.write(data)
            process.wait(timeout=10)
            copy.seek(0)
            return copy.read().decode()
    finally:
        os.close(master)
        if slave >= 0:
            os.close(slave)


class Topics(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.topics = all_topics()
        assert len(cls.topics) > 100, cls.topics.keys()

    def test_every_topic_that_is_listed_is_explained(self):
        for name, page in self.topics.items():
            self.assertTrue(page.startswith(f"{name} - "), f"{name}: {page[:80]!r}")

    def test_a_page_fits_80_columns_and_is_plain_in_a_pipe(self):
        for name, page in self.topics.items():
            self.assertNotIn("\x1b", page, name)
            for line in page.split("\n"):
                self.assertLessEqual(columns(line), WIDTH, f"{name}: {line}")
                self.assertEqual(line, line.rstrip(), f"{name}: {line!r}")
            self.assertNotIn("\n\n\n", page, name)

    def test_the_python_lines_compile(self):
        count = 0
        for name, page in self.topics.items():
            code = section(page, "In Python")
            if code is None:
                continue
            if code.startswith("except "):
                code = f"try:\n    pass\n{code}    pass\n"
            compile(code, name, "exec")
            count += 1
        self.assertGreater(count, 100)

    def test_the_prototypes_are_those_of_the_c_library(self):
        if not shutil.which("cc"):
            self.skipTest("there is no C compiler")
        prototypes = [code for code in (section(page, "In C") for page in self.topics.values())
                      if code and code.startswith("#") and code.rstrip().endswith(";")]
        self.assertGreater(len(prototypes), 30)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for code, complaint in zip(prototypes, pool.map(self.compile, prototypes)):
                self.assertEqual(complaint, "", code)

    @staticmethod
    def compile(code):
        # With _GNU_SOURCE glibc declares addresses as a union of pointers to them.
        if "sockaddr" in code:
            code = code.replace("#define _GNU_SOURCE\n", "")
        done = subprocess.run(["cc", "-std=c11", "-fsyntax-only", "-D_POSIX_C_SOURCE=200809L",
                               "-xc", "-"], input=code, capture_output=True, text=True,
                              check=False, timeout=30)
        return done.stderr

    def test_settings_have_the_value_they_have_here(self):
        seen = set()
        for name, page in self.topics.items():
            for line in (section(page, "On this system") or "").splitlines():
                setting, value = line.split(" = ")
                with open("/proc/sys/" + setting.replace(".", "/"), encoding="ascii") as file:
                    self.assertEqual(value.split(), file.read().split(), f"{name}: {setting}")
                seen.add(setting)
        self.assertGreater(len(seen), 5)

    def test_what_a_setting_says_is_not_written_down_beside_it(self):
        for name, page in self.topics.items():
            settings = section(page, "On this system") or ""
            prose = page.split("\nOn this system\n")[0] + (section(page, "On Linux") or "")
            for number in re.findall(r"\b\d+\b", settings.replace("ipv4", "").replace("ipv6", "")):
                if int(number) >= 50:  # below that it may be a number of something else
                    self.assertNotRegex(prose, rf"\b{number}\b", name)

    def test_a_demo_that_is_named_is_listed(self):
        demos = {line.split()[0] for line in run("--list", "demos").stdout.splitlines()}
        named = {word for page in self.topics.values()
                 for word in re.findall(r"^    socktrace --demo (\S+)$", page, re.M)}
        self.assertGreater(len(named), 20)
        self.assertLessEqual(named, demos)


class Asking(unittest.TestCase):
    def test_an_unknown_topic_names_the_nearest(self):
        done = explain("EADRINUSE")
        self.assertEqual(done.returncode, 125)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr, "socktrace: --explain EADRINUSE: no such topic\n"
                                      "  the nearest are EADDRINUSE\n")

    def test_nothing_is_traced_and_nothing_else_is_needed(self):
        done = explain("EADDRINUSE")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("SO_REUSEADDR", done.stdout)

    def test_headings_are_bold_on_a_terminal_and_lines_as_wide(self):
        text = on_terminal("--explain", "accept", columns=120)
        self.assertIn("\x1b[1maccept\x1b[0m - ", text)
        widths = [columns(re.sub("\x1b\\[[0-9;]*m", "", line)) for line in text.split("\r\n")]
        self.assertLessEqual(max(widths), 120)
        self.assertGreater(max(widths), 90)

    def test_no_color_is_honoured_and_color_can_be_forced(self):
        self.assertNotIn("\x1b", on_terminal("--explain", "accept", NO_COLOR="1"))
        self.assertIn("\x1b[1m", run("--color=always", "--explain", "accept").stdout)

    def test_the_transcripts_names_of_states_are_topics(self):
        for name in ("FIN-WAIT-2", "FIN_WAIT2", "ESTAB", "SYN-RECV", "CLOSE-WAIT", "UNCONN"):
            self.assertEqual(explain(name).returncode, 0, name)


if __name__ == "__main__":
    unittest.main()
