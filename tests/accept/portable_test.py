"""Other compilers, another machine, another C library, and none of what is optional."""

import os
import subprocess
import sys
import tempfile
import unittest

from build_test import make
from traced import BUILD, needs, run

# Headers that musl does not bring: they are the same for every C library.
LIBRARIES = ("seccomp.h", "seccomp-syscalls.h", "libmnl", "elfutils", "libelf.h", "gelf.h", "dwarf.h",
             "check.h", "check_stdint.h", "jansson.h", "jansson_config.h")
KERNEL = ("linux", "asm-generic", "asm")
AARCH64_HEADERS = "/usr/aarch64-linux-gnu/include"
AARCH64 = f"clang --target=aarch64-linux-gnu -isystem {AARCH64_HEADERS}"
# glibc's names of signals and errors; lengths that fit the kernel's struct msghdr and not musl's;
# mallinfo2().
GLIBC_ONLY = "tests/torture/% tests/programs/hostile.c tests/unit/decode_message_test.c"
NEEDED = ("libseccomp", "libmnl")


def multiarch():
    done = subprocess.run(["cc", "-print-multiarch"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def gather(folder, names):
    """Links to these headers and no others: the rest are the compiler's own."""
    for name in names:
        for place in ("/usr/include", f"/usr/include/{multiarch()}"):
            if os.path.exists(f"{place}/{name}"):
                os.symlink(f"{place}/{name}", f"{folder}/{name}")
                break
        else:
            raise unittest.SkipTest(f"the header {name} is not installed")
    return folder


class Portable(unittest.TestCase):
    def syntax(self, compiler, *arguments):
        needs(compiler.split()[0])
        done = make("syntax", f"CC={compiler}", *arguments, timeout=400)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))

    def test_clang_has_no_warning(self):
        self.syntax("clang")

    def test_the_compiler_for_aarch64_has_no_warning(self):
        # gcc for it cannot be installed beside the one that makes 32-bit programs.
        if not os.path.isdir(AARCH64_HEADERS):
            self.skipTest("libc6-dev-arm64-cross is not installed")
        self.syntax(AARCH64)

    def test_the_compiler_with_musl_has_no_warning(self):
        with tempfile.TemporaryDirectory() as folder:
            self.syntax("musl-gcc", f"CPPFLAGS=-idirafter {gather(folder, LIBRARIES + KERNEL)}",
                        f"EXCEPT={GLIBC_ONLY}")

    def test_such_a_compiler_does_warn(self):
        with tempfile.TemporaryDirectory() as folder:
            with open(f"{folder}/wrong.c", "w", encoding="utf-8") as file:
                file.write("int main(void)\n{\n\tint wrong;\n\treturn 0;\n}\n")
            for compiler in ("clang", AARCH64, "musl-gcc"):
                with self.subTest(compiler=compiler):
                    needs(compiler.split()[0])
                    done = make("syntax", f"CC={compiler}", f"ALL_C={folder}/wrong.c")
                    self.assertNotEqual(done.returncode, 0)
                    self.assertIn("wrong", done.stderr)


class Without(unittest.TestCase):
    """Built by clang, which knows of the libraries that it cannot do without and of no others."""

    @classmethod
    def setUpClass(cls):
        needs("clang", "pkg-config", "ldd")
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        name = cls.folder.name
        for library in NEEDED:
            place = subprocess.run(["pkg-config", "--variable=pcfiledir", library], capture_output=True,
                                   text=True, check=True).stdout.strip()
            os.symlink(f"{place}/{library}.pc", f"{name}/{library}.pc")
        cls.program = f"{name}/socktrace"
        cls.built = make("-j2", "CC=clang", "CFLAGS=-O0", f"BUILD={name}/build", f"PROGRAM={cls.program}",
                         cls.program, PKG_CONFIG_LIBDIR=name, PKG_CONFIG_PATH="", CI="1", timeout=400)

    def setUp(self):
        self.assertEqual(self.built.returncode, 0, self.built.stdout + self.built.stderr)

    def run_here(self, *arguments, **environment):
        return subprocess.run([self.program, *arguments], capture_output=True, text=True, check=False,
                              timeout=30, env={**os.environ, **environment})

    def test_make_says_what_is_missing(self):
        self.assertIn("without libdw and libelf (packages libdw-dev, libelf-dev)", self.built.stdout)

    def test_it_links_with_what_is_needed_only(self):
        done = subprocess.run(["ldd", self.program], capture_output=True, text=True, check=True)
        for library in NEEDED:
            self.assertIn(library + ".so", done.stdout)
        for library in ("libdw", "libelf"):
            self.assertNotIn(library, done.stdout)

    def test_it_speaks_english_where_there_is_no_catalogue(self):
        done = self.run_here("--help", LC_ALL="zh_CN.UTF-8")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(done.stdout, run("--help").stdout)

    def test_what_needs_the_library_says_so(self):
        done = self.run_here("-k", "true")
        self.assertEqual((done.returncode, done.stdout), (125, ""))
        self.assertEqual(done.stderr, "socktrace: -k: this socktrace was built without libdw\n"
                                      "  install libdw-dev and libelf-dev, and build it anew\n")

    def test_it_passes_tests_of_everything_else(self):
        done = subprocess.run([sys.executable, "tests/run.py", "paths_test.py", "closed_test.py",
                               "ledger_test.py", "check_test.py"],
                              capture_output=True, text=True, check=False, timeout=200,
                              env={**os.environ, "SOCKTRACE": self.program, "BUILD": BUILD})
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"\n\d+ passed, 0 failed, \d+ skipped\n$")


if __name__ == "__main__":
    unittest.main()
