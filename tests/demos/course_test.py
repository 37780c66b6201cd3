"""What holds for the course as a whole:

The Python twins together reach every function of a socket object that the course is to teach.
Each demo has C programs and a twin for each, and a scenario with title and lesson in both languages.
Each demo stands exactly once in the course's tables in demos/README.md, and nothing else does.
No program is longer than 80 lines, and its first comment says how to run it by hand.
A program that is given no arguments prints its usage and ends with status 2.
"""

import ast
import glob
import os
import re
import subprocess
import unittest

from traced import DEMOS, LIMIT, PYTHON

SOURCES = os.path.abspath("demos")
LONGEST = 80  # lines

FUNCTIONS = """bind listen accept connect connect_ex recv recv_into recvfrom send sendall sendto
sendmsg recvmsg getpeername getsockname getsockopt setsockopt shutdown close detach setblocking
settimeout gettimeout fileno makefile sendfile socketpair create_server create_connection""".split()


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def demos():
    return sorted(name for name in os.listdir(SOURCES) if os.path.isdir(f"{SOURCES}/{name}"))


def sources(ending, demo="*"):
    """The paths of all programs with that ending, or of those of one demo."""
    return sorted(glob.glob(f"{SOURCES}/{demo}/*{ending}"))


def program(path):
    """server of demos/echo/server.c."""
    return os.path.splitext(os.path.basename(path))[0]


def methods(source):
    """The names of all methods that a Python program calls; a module's functions are none,
    except those of the module socket."""
    tree = ast.parse(source)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    modules = {alias.name for node in imports for alias in node.names} - {"socket"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            if not (isinstance(owner, ast.Name) and owner.id in modules):
                yield node.func.attr


class Course(unittest.TestCase):
    def each(self, items):
        """Goes through the items, each as a test of its own; there is at least one."""
        self.assertTrue(items)
        for item in items:
            with self.subTest(item):
                yield item

    def test_the_twins_reach_every_function(self):
        reached = {name for path in sources(".py") for name in methods(read(path))}
        self.assertEqual([name for name in FUNCTIONS if name not in reached], [])

    def test_only_methods_are_counted_as_reached(self):
        source = "import os, socket\nos.listen(1)\nsocket.bind(2)\nsock.send(b'accept()')"
        self.assertEqual(sorted(methods(source)), ["bind", "send"])

    def test_each_c_program_has_a_twin_and_each_twin_a_c_program(self):
        for demo in self.each(demos()):
            programs = [program(path) for path in sources(".c", demo)]
            self.assertTrue(programs)
            self.assertEqual([program(path) for path in sources(".py", demo)], programs)

    def test_each_scenario_has_title_and_lesson_in_both_languages(self):
        for demo in self.each(demos()):
            text = read(f"{SOURCES}/{demo}/scenario")
            for keyword in ("title", "title[zh]", "lesson", "lesson[zh]"):
                found = re.findall(rf"^{re.escape(keyword)}: *(.*)$", text, re.MULTILINE)
                self.assertEqual(len(found), 1, keyword)
                self.assertRegex(found[0], r"[\u4e00-\u9fff]" if "zh" in keyword else r"[a-z]")

    def test_each_demo_stands_once_in_the_course(self):
        _, _, course = read(f"{SOURCES}/README.md").partition("\n## The course\n")
        course, _, _ = course.partition("\n## ")
        rows = re.findall(r"^\| *`([^`]+)` *\| *(\S.*\S) *\|$", course, re.MULTILINE)
        self.assertEqual(sorted(name for name, _ in rows), demos())

    def test_no_program_is_longer_than_a_slide(self):
        for path in self.each(sources(".c") + sources(".py")):
            self.assertLessEqual(read(path).count("\n"), LONGEST)

    def test_the_first_comment_of_a_c_program_says_how_to_run_it(self):
        for path in self.each(sources(".c")):
            comment = re.match(r"/\*.*?\*/", read(path), re.DOTALL)
            self.assertIsNotNone(comment)
            self.assertRegex(comment[0], r"By hand\b.*\./" + program(path) + r"\b")

    def test_the_first_comment_of_a_twin_says_how_to_run_it(self):
        for path in self.each(sources(".py")):
            comment = ast.get_docstring(ast.parse(read(path)))
            self.assertIsNotNone(comment)
            self.assertRegex(comment.replace("\n", " "), rf"By hand\b.*python3 {program(path)}\.py\b")

    def usage(self, *command):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=LIMIT, check=False)
        self.assertRegex(done.stderr, r"(?m)^.*usage: \S+ [A-Z]")
        self.assertEqual((done.stdout, done.returncode), ("", 2))

    def test_a_c_program_without_arguments_says_how_to_use_it(self):
        for path in self.each(sources(".c")):
            folder = os.path.basename(os.path.dirname(path))
            self.usage(os.path.join(DEMOS, folder, program(path)))

    def test_a_twin_without_arguments_says_how_to_use_it(self):
        for path in self.each(sources(".py")):
            self.usage(PYTHON, path)


if __name__ == "__main__":
    unittest.main()
