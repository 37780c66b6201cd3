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

from traced import DEMOS, run

OLDEST, NEWEST = 8, 14  # a newer one that is found is taken too


def version_of(path):
    """8 for Python 3.8; None where the program does not run: pyenv's python3.8 may be a script
    that only says where Python 3.8 would be."""
    command = [path, "-c", "import sys; print(sys.version_info[1])"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    except OSError:
        return None
    return int(done.stdout) if done.returncode == 0 else None


def interpreters():
    """The first path of each version: version -> path."""
    folders = [*os.get_exec_path(), "/usr/bin", "/usr/local/bin",
               *sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin")))]
    found = {}
    for folder in folders:
        for path in glob.glob(os.path.join(folder, "python3.*")):
            name = re.fullmatch(r"python3\.(\d+)", os.path.basename(path))
            version = int(name[1]) if name else 0
            if version >= OLDEST and version not in found and version_of(path) == version:
                found[version] = path
    return found


def play(demo, folder):
    """What went wrong in the demo with the python3 of the folder; None if nothing."""
    path = os.pathsep.join([folder, os.environ["PATH"]])
    done = run("--demo", demo, "--python", timeout=120, env={**os.environ, "PATH": path})
    if done.returncode == 125 and "namespace" in done.stderr:
        raise unittest.SkipTest(done.stderr.strip())
    return None if done.returncode == 0 else f"{demo}: {done.returncode}\n{done.stderr}"


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
            self.assertEqual(version_of(os.path.join(folder, "python3")), version)
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
