"""The twins of every demo run with each Python from 3.8 on that is here: their scenario is done.

Looked for are python3.N in PATH, /usr/bin, /usr/local/bin and among those that pyenv has
installed. Scenarios start `python3`, so that a folder in front of PATH makes it one of these.
A version that is not here is skipped, and says so.
"""

import concurrent.futures
import glob
import os
import re
import subprocess
import tempfile
import unittest

from traced import DEMOS, trace

OLDEST, NEWEST = 8, 14  # a newer one that is found is taken too


def asked(path):
    """The version and the file of a Python: (8, "/usr/bin/python3.8") for 3.8. The path itself may
    be a version manager's script; (0, "") where that finds no such Python."""
    code = "import os, sys; print(sys.version_info[1], os.path.realpath(sys.executable))"
    try:
        done = subprocess.run([path, "-c", code], capture_output=True, text=True, timeout=60,
                              check=False)
    except OSError:
        return 0, ""
    version, _, file = done.stdout.strip().partition(" ")
    return int(version or 0), file


def interpreters():
    """The first file of each version: version -> path."""
    folders = [*os.get_exec_path(), "/usr/bin", "/usr/local/bin",
               *sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin")))]
    found = {}
    for folder in folders:
        for path in sorted(glob.glob(os.path.join(folder, "python3.*"))):
            if re.fullmatch(r"python3\.\d+", os.path.basename(path)):
                version, file = asked(path)
                if version >= OLDEST:
                    found.setdefault(version, file)
    return found


def play(demo, folder):
    """What went wrong in the demo with the python3 of the folder; None if nothing."""
    path = os.pathsep.join([folder, os.environ["PATH"]])
    environment = {**os.environ, "PATH": path}
    done, record = trace("--demo", demo, "--python", timeout=120, env=environment)
    if done.returncode == 125 and "namespace" in done.stderr:
        raise unittest.SkipTest(done.stderr.strip())
    if done.returncode != 0:
        return f"{demo}: status {done.returncode}\n{done.stderr}"
    started = {line["program"] for line in record.of("process") if line["what"] == "start"}
    wanted = os.path.realpath(os.path.join(folder, "python3"))
    return None if started == {wanted} else f"{demo} has started {started}, not {wanted}"


class Versions(unittest.TestCase):
    interpreters = interpreters()

    def check(self, version):
        if version not in self.interpreters:
            self.skipTest(f"Python 3.{version} is not installed")
        demos = sorted(os.listdir(DEMOS))
        self.assertTrue(demos)
        with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
            os.chmod(folder, 0o755)
            os.symlink(self.interpreters[version], os.path.join(folder, "python3"))
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                wrong = [what for what in pool.map(lambda demo: play(demo, folder), demos) if what]
        self.assertEqual(wrong, [], "\n".join(wrong))


def add_tests():
    for version in sorted({*range(OLDEST, NEWEST + 1), *Versions.interpreters}):
        def test(self, version=version):
            self.check(version)

        setattr(Versions, f"test_python_3_{version:02}", test)


add_tests()


if __name__ == "__main__":
    unittest.main()
