"""The line of C that made each call, from outside, however the program was built."""

import os
import random
import re
import shutil
import subprocess
import tempfile
import time
import unittest

from traced import SOCKTRACE, Record, needs, run

# Lines that make calls say which: the test reads the numbers from here.
PROGRAM = r"""
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

static int make(void)
{
	return socket(AF_INET, SOCK_STREAM, 0); /* socket */
}

/* Called at the end: what is returned to is another function's. */
__attribute__((noinline)) int serve(int fd)
{
	char room[1 << 12];
	if (listen(fd, /* listen */
		   5) < 0)
		return 1;
	snprintf(room, sizeof room, "%d", fd);
	shutdown(fd, SHUT_RDWR); /* shutdown */
	return room[0] == 'x';
}

int main(void)
{
	int fd = make();
	int failed = serve(fd);
	close(fd); /* close */
	return failed;
}
"""
CALLS = ["socket", "listen", "shutdown", "close"]


def has_libdw():
    return subprocess.run(["pkg-config", "--exists", "libdw", "libelf"], check=False).returncode == 0


def is_traced(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as file:
        return re.search(r"^TracerPid:\t[1-9]", file.read(), re.M) is not None


def marked(text, mark):
    """The number of the line that says so."""
    return next(n for n, line in enumerate(text.split("\n"), 1) if f"/* {mark} */" in line)


class Built(unittest.TestCase):
    """Each test builds a program in a folder of its own."""

    def setUp(self):
        needs("cc", "pkg-config")
        if not has_libdw():
            self.skipTest("socktrace was built without libdw")
        holder = tempfile.TemporaryDirectory(prefix="socktrace-")
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        os.chmod(self.folder, 0o755)

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)

    def build(self, *options, text=PROGRAM, name="prog", compiler="cc"):
        """Skips where this compiler cannot: no 32-bit C library, no musl."""
        self.write(f"{name}.c", text)
        done = subprocess.run([compiler, *options, "-o", name, f"{name}.c"], cwd=self.folder,
                              capture_output=True, text=True, check=False, timeout=60)
        if done.returncode != 0:
            self.skipTest(f"{compiler} {' '.join(options)}: {done.stderr.strip().splitlines()[-1]}")
        return self.path(name)

    def record(self, *arguments, status=0):
        """What a run shows, as a record; in it the calls by name, the last of each."""
        path = self.path("run.jsonl")
        done = run("-o", path, *arguments)
        self.assertEqual(done.returncode, status, done.stderr)
        return Record(path)

    def sources(self, *arguments):
        return {call["call"]: call.get("source") for call in self.record(*arguments).of("call")}

    def expect_lines(self, sources, text=PROGRAM, names=tuple(CALLS), file="prog.c"):
        lines = text.split("\n")
        for name in names:
            with self.subTest(call=name):
                source = sources[name]
                self.assertIsNotNone(source)
                self.assertEqual(os.path.basename(source["file"]), file)
                self.assertEqual(source["line"], marked(text, name))
                self.assertEqual(source["text"], lines[source["line"] - 1])


class EveryBuild(Built):
    def check(self, *options, **more):
        program = self.build(*options, **more)
        self.expect_lines(self.sources(program))
        return program

    def test_without_optimisation(self):
        self.check("-g", "-O0")

    def test_optimised(self):
        self.check("-g", "-O2")

    def test_with_tables_of_the_older_kind(self):
        self.check("-gdwarf-4", "-O2")

    def test_position_independent(self):
        self.check("-g", "-O2", "-fPIE", "-pie")

    def test_at_a_fixed_address(self):
        self.check("-g", "-O2", "-fno-pie", "-no-pie")

    def test_static(self):
        self.check("-g", "-O2", "-static")

    def test_static_and_position_independent(self):
        self.check("-g", "-O2", "-static-pie")

    def test_with_frame_pointers(self):
        self.check("-g", "-O2", "-fno-omit-frame-pointer")

    def test_without_frame_pointers(self):
        self.check("-g", "-O0", "-fomit-frame-pointer")

    def test_with_frame_pointers_alone(self):
        self.check("-g", "-O2", "-fno-omit-frame-pointer", "-fno-asynchronous-unwind-tables",
                   "-fno-unwind-tables")

    def test_of_32_bits(self):
        if os.uname().machine != "x86_64":
            self.skipTest("only x86_64 has programs of 32 bits here")
        self.check("-g", "-O2", "-m32")

    def test_with_musl(self):
        needs("musl-gcc")
        self.check("-g", "-O2", compiler="musl-gcc")

    def test_by_clang(self):
        needs("clang")
        self.check("-g", "-O2", compiler="clang")


# Each call says by its argument where it stands, in frames of many shapes.
SHAPES = r"""
#include <alloca.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#define SAY() (said += shutdown(sock, __LINE__))
#define APART __attribute__((noinline))
static int sock, said;
static volatile int many = 3;

APART static void leaf(void) { SAY(); said++; }
static inline __attribute__((always_inline)) void inlined(void) { SAY(); }
APART static void recursive(int depth)
{
	if (depth)
		recursive(depth - 1);
	SAY();
	said++;
}
APART static void with_alloca(int size)
{
	char *room = alloca((size_t)size * 100);
	memset(room, size, (size_t)size * 100);
	SAY();
	said += room[size];
}
APART static void with_array(int size)
{
	char room[size * 64];
	memset(room, size, sizeof room);
	leaf();
	SAY();
	said += room[size];
}
APART static void with_much(void)
{
	char room[40000];
	memset(room, many, sizeof room);
	SAY();
	leaf();
	said += room[many];
}
APART static void with_arguments(int count, ...)
{
	va_list list;
	va_start(list, count);
	SAY();
	said += va_arg(list, int);
	va_end(list);
}
APART static double with_many(int a, int b, int c, int d, int e, int f, int g, int h, double x)
{
	SAY();
	leaf();
	return a + b + c + d + e + f + g + h + x;
}
static int compare(const void *one, const void *other)
{
	SAY();
	return *(const int *)one - *(const int *)other;
}
static void handle(int signal) { (void)signal; SAY(); said++; }
static void at_exit(void) { SAY(); said++; }
APART static void aligned(void)
{
	_Alignas(64) char room[128];
	memset(room, many, sizeof room);
	SAY();
	said += room[many];
}
int main(void)
{
	static void (*volatile pointer)(void) = leaf;
	static jmp_buf place;
	int numbers[] = { 3, 1, 2 };
	sock = socket(AF_INET, SOCK_STREAM, 0);
	atexit(at_exit);
	signal(SIGUSR1, handle);
	for (int i = 0; i < many; i++) {
		leaf();
		inlined();
		recursive(i * 3);
		with_alloca(i + 1);
		with_array(i + 1);
		with_much();
		with_arguments(2, i, 2);
		said += (int)with_many(1, 2, 3, 4, 5, 6, 7, 8, i);
		qsort(numbers, 3, sizeof *numbers, compare);
		raise(SIGUSR1);
		pointer();
		aligned();
		if (setjmp(place) == 0) {
			SAY();
			longjmp(place, 1);
		}
		SAY();
	}
	return 0;
}
"""


class EveryLineIsTheRightOne(Built):
    """What is said is true: held against what the program says itself."""

    def check(self, *options, all_known=True, **more):
        program = self.build("-g", *options, text=SHAPES, **more)
        calls = self.record("-e", "shutdown", program).calls(name="shutdown")
        self.assertGreater(len(calls), 50)
        wrong, unknown = [], 0
        for call in calls:
            said = next(value["value"] for value in call["args"] if value["name"] == "how")
            source = call.get("source")
            unknown += source is None
            if source and source.get("line") != said:
                wrong.append((said, source))
        self.assertEqual(wrong, [])
        if all_known:
            self.assertEqual(unknown, 0)
        return len(calls) - unknown

    def test_at_each_level_of_optimisation(self):
        for level in ("-O0", "-O1", "-O2", "-O3", "-Os"):
            with self.subTest(level):
                self.check(level)

    def test_with_and_without_frame_pointers(self):
        self.check("-O2", "-fno-omit-frame-pointer")
        self.check("-O0", "-fomit-frame-pointer")

    def test_without_call_frame_information(self):
        """Then it may be unknown, but never wrong."""
        bare = ("-fno-asynchronous-unwind-tables", "-fno-unwind-tables")
        for level in ("-O0", "-O2"):
            for pointers in ("-fomit-frame-pointer", "-fno-omit-frame-pointer"):
                with self.subTest(level + pointers):
                    self.check(level, pointers, *bare, all_known=False)

    def test_static(self):
        self.check("-O2", "-static")

    def test_of_32_bits(self):
        if os.uname().machine != "x86_64":
            self.skipTest("only x86_64 has programs of 32 bits here")
        for level in ("-O0", "-O2"):
            self.check(level, "-m32")

    def test_with_musl(self):
        needs("musl-gcc")
        for link in ([], ["-static"]):
            for level in ("-O0", "-O2"):
                with self.subTest((link, level)):
                    # qsort() of musl calls back through a register.
                    known = self.check(level, *link, compiler="musl-gcc", all_known=False)
                    self.assertGreater(known, 50)

    def test_by_clang(self):
        needs("clang")
        for level in ("-O0", "-O2"):
            self.check(level, compiler="clang")


class WhatIsNotKnown(Built):
    def test_without_lines_the_function_is_named(self):
        for options in (["-O0"], ["-O0", "-static"]):
            with self.subTest(options):
                sources = self.sources(self.build(*options))
                self.assertEqual(sources["socket"], {"language": "native", "function": "make"})
                self.assertEqual(sources["listen"], {"language": "native", "function": "serve"})
                self.assertEqual(sources["close"], {"language": "native", "function": "main"})

    def test_without_symbols_nothing_is_said(self):
        sources = self.sources(self.build("-O0", "-s"))
        self.assertEqual(sources, dict.fromkeys(CALLS))

    def test_source_off_says_nothing(self):
        program = self.build("-g", "-O0")
        self.assertEqual(self.sources("--source=off", program), dict.fromkeys(CALLS))
        shown = run("--source=off", program).stderr
        self.assertNotIn("prog.c", shown)

    def test_a_frame_pointer_that_is_the_callers_is_not_gone_by(self):
        """make() sets none, so by it main() would have made the call."""
        program = self.build("-O2", "-fno-asynchronous-unwind-tables", "-fno-unwind-tables",
                             "-fomit-frame-pointer", "-fno-inline", "-g",
                             "-fno-optimize-sibling-calls")
        for name, source in self.sources(program).items():
            if source:
                self.assertEqual(source["line"], marked(PROGRAM, name))


class DebugInformationElsewhere(Built):
    def split(self):
        needs("objcopy", "strip")
        program = self.build("-g", "-O2")
        for command in (["objcopy", "--only-keep-debug", "prog", "prog.debug"],
                        ["strip", "prog"], ["objcopy", "--add-gnu-debuglink=prog.debug", "prog"]):
            subprocess.run(command, cwd=self.folder, check=True, timeout=30)
        return program

    def test_beside_the_program(self):
        self.expect_lines(self.sources(self.split()))

    def test_in_a_folder_beside_it(self):
        program = self.split()
        os.mkdir(self.path(".debug"))
        os.rename(self.path("prog.debug"), self.path(".debug/prog.debug"))
        self.expect_lines(self.sources(program))

    def test_of_another_build_is_refused(self):
        program = self.split()
        with open(self.path("prog.debug"), "ab") as file:
            file.write(b"changed")
        self.assertEqual(self.sources(program), dict.fromkeys(CALLS))

    def test_that_is_a_pipe_is_not_waited_for(self):
        program = self.split()
        os.unlink(self.path("prog.debug"))
        os.mkfifo(self.path("prog.debug"))
        self.assertEqual(self.sources(program), dict.fromkeys(CALLS))


class Calls(Built):
    def test_a_header_that_is_inlined_is_not_the_programs_line(self):
        text = PROGRAM.replace("shutdown(fd, SHUT_RDWR);", "recv(fd, room, (size_t)fd, 0);").replace(
            "/* shutdown */", "/* recv */")
        program = self.build("-g", "-O2", "-D_FORTIFY_SOURCE=2", text=text)
        self.expect_lines(self.sources(program), text, ["socket", "listen", "recv", "close"])

    def test_of_threads(self):
        text = r"""
#include <pthread.h>
#include <sys/socket.h>
static void *one(void *none) { socket(AF_INET, SOCK_STREAM, 0); /* socket */ return none; }
static void *two(void *none) { socketpair(AF_UNIX, SOCK_STREAM, 0, (int[2]){0}); /* socketpair */
	return none; }
int main(void)
{
	pthread_t threads[2];
	pthread_create(&threads[0], NULL, one, NULL);
	pthread_create(&threads[1], NULL, two, NULL);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	return 0;
}
"""
        program = self.build("-g", "-O2", "-pthread", text=text)
        self.expect_lines(self.sources(program), text, ["socket", "socketpair"])

    def test_after_exec_and_fork(self):
        text = r"""
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	if (argc > 1) {
		listen(3, 1); /* listen */
		return 0;
	}
	socket(AF_INET, SOCK_STREAM, 0); /* socket */
	if (fork() == 0) {
		shutdown(3, SHUT_RD); /* shutdown */
		_exit(0);
	}
	wait(NULL);
	execl(argv[0], argv[0], "again", NULL);
	return 1;
}
"""
        program = self.build("-g", "-O2", text=text)
        self.expect_lines(self.sources(program), text, ["socket", "shutdown", "listen"])

    def test_of_a_library_that_came_later(self):
        library = r"""
#include <sys/socket.h>
int late(void) { int fd = socket(AF_INET, SOCK_DGRAM, 0); /* socket */
	return fd; }
"""
        text = r"""
#include <dlfcn.h>
#include <sys/socket.h>
int main(void)
{
	socketpair(AF_UNIX, SOCK_STREAM, 0, (int[2]){ 0 }); /* socketpair */
	int (*late)(void) = (int (*)(void))dlsym(dlopen("./late.so", RTLD_NOW), "late");
	return late() < 0;
}
"""
        self.build("-g", "-O0", "-shared", "-fPIC", text=library, name="late.so")
        os.rename(self.path("late.so.c"), self.path("late.c"))
        program = self.build("-g", "-O0", text=text)
        path = self.path("run.jsonl")
        done = run("-o", path, program, cwd=self.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        sources = {call["call"]: call.get("source") for call in Record(path).of("call")}
        self.expect_lines(sources, text, ["socketpair"])
        # Its text was found by the name it was compiled under, which is no more.
        self.assertEqual(os.path.basename(sources["socket"]["file"]), "late.so.c")
        self.assertEqual(sources["socket"]["line"], marked(library, "socket"))
        self.assertNotIn("text", sources["socket"])

    def test_of_a_program_that_was_deleted(self):
        text = PROGRAM.replace("int fd = make();", "unlink(argv[0]); int fd = make();").replace(
            "main(void)", "main(int argc, char **argv)").replace("return failed", "return failed * argc")
        self.expect_lines(self.sources(self.build("-g", "-O2", text=text)), text)

    def test_from_a_signals_handler(self):
        text = r"""
#include <signal.h>
#include <sys/socket.h>
static void handle(int signal)
{
	(void)signal;
	socket(AF_INET, SOCK_STREAM, 0); /* socket */
}
int main(void)
{
	signal(SIGUSR1, handle);
	raise(SIGUSR1);
	return 0;
}
"""
        program = self.build("-g", "-O0", text=text)
        record = self.record("-k", program)
        call = record.call("socket")
        self.assertEqual(call["source"]["line"], marked(text, "socket"))
        names = [frame.get("function") for frame in call["stack"]]
        self.assertIn("handle", names)
        self.assertIn("main", names)

    def test_without_privilege(self):
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("only root can become an ordinary user")
        program = self.build("-g", "-O2")
        os.chmod(self.folder, 0o777)
        path = self.path("run.jsonl")
        binary = shutil.copy(SOCKTRACE, self.folder)
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", binary,
                               "-o", path, program], capture_output=True, text=True, check=False,
                              timeout=30)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.expect_lines({call["call"]: call.get("source") for call in Record(path).of("call")})


    def test_below_another_root(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give a program another root")
        text = PROGRAM.replace("\n", '#line 2 "/prog.c"\n', 1)  # its name there
        self.build("-g", "-O2", "-static", text=text)
        self.expect_lines(self.sources("chroot", self.folder, "/prog"), text)

    def test_of_a_program_that_ran_before(self):
        text = PROGRAM.replace("int fd = make();", "puts(\"ready\"); fflush(stdout); getchar(); "
                                                   "int fd = make();")
        program = self.build("-g", "-O2", text=text)
        running = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.assertEqual(running.stdout.readline(), "ready\n")
        path = self.path("run.jsonl")
        tracer = subprocess.Popen([SOCKTRACE, "-o", path, "-p", str(running.pid)],
                                  stderr=subprocess.PIPE, text=True)
        while not is_traced(running.pid):
            self.assertIsNone(tracer.poll())
        running.communicate("\n", timeout=30)
        tracer.communicate(timeout=30)
        self.expect_lines({call["call"]: call.get("source") for call in Record(path).of("call")}, text)


class Damaged(Built):
    """Debug information is a stranger's words."""

    SECTION = re.compile(r"\] \.(debug_\w+|eh_frame\w*|symtab|strtab) +\S+ +[0-9a-f]+ ([0-9a-f]+) ([0-9a-f]+)")

    def test_whatever_stands_in_it_the_trace_goes_on(self):
        needs("readelf")
        program = self.build("-g", "-O2")
        table = subprocess.run(["readelf", "-SW", program], capture_output=True, text=True, check=True,
                               timeout=30).stdout
        sections = [(int(start, 16), int(size, 16)) for _, start, size in self.SECTION.findall(table)]
        self.assertGreater(len(sections), 6)
        with open(program, "rb") as file:
            sound = file.read()
        dice = random.Random(1)
        for _ in range(60):
            start, size = dice.choice(sections)
            damaged = bytearray(sound)
            for _ in range(dice.choice((1, 8, 64))):
                damaged[start + dice.randrange(size)] = dice.choice((0, 127, 128, 255))
            with open(program, "wb") as file:
                file.write(damaged)
            record = self.record("-k", program)
            self.assertEqual([call["call"] for call in record.of("call")], CALLS)


class Texts(Built):
    def lines_without_text(self):
        program = self.build("-g", "-O0")
        os.unlink(self.path("prog.c"))
        return program

    def expect_no_text(self, program):
        source = self.sources(program)["socket"]
        self.assertEqual(source["line"], marked(PROGRAM, "socket"))
        self.assertNotIn("text", source)

    def test_a_source_that_is_newer_than_the_process_is_not_shown(self):
        program = self.build("-g", "-O0")
        later = time.time() + 100
        os.utime(self.path("prog.c"), (later, later))
        self.expect_no_text(program)

    def test_a_source_that_is_a_pipe_is_not_waited_for(self):
        program = self.lines_without_text()
        os.mkfifo(self.path("prog.c"))
        self.expect_no_text(program)

    def test_a_source_that_is_a_loop_of_links_is_none(self):
        program = self.lines_without_text()
        os.symlink("prog.c", self.path("prog.c"))
        self.expect_no_text(program)

    def test_a_source_that_is_huge_is_not_read(self):
        program = self.build("-g", "-O0")
        os.truncate(self.path("prog.c"), 5 << 20)
        os.utime(self.path("prog.c"), (1, 1))
        self.expect_no_text(program)

    def test_the_text_is_escaped(self):
        hostile = PROGRAM.replace("/* socket */", "/* socket */ /* \x1b[2J */")
        program = self.build("-g", "-O0", text=hostile)
        shown = run(program).stderr
        self.assertIn("\\x1b[2J", shown)
        self.assertNotIn("\x1b", shown)


class Shown(Built):
    def test_in_the_text_at_the_right(self):
        shown = run(self.build("-g", "-O0")).stderr
        line = marked(PROGRAM, "socket")
        self.assertRegex(shown, rf"socket\(AF_INET, SOCK_STREAM, 0\) = 3 +prog\.c:{line}  "
                                r"return socket\(AF_INET, SOCK_STREAM, 0\); /\* socket \*/\n")

    def test_the_stack_reaches_main(self):
        program = self.build("-g", "-O2")
        call = self.record("-k", program).call("listen")
        functions = [frame.get("function") for frame in call["stack"]]
        self.assertEqual(functions[:3], ["listen", "serve", "main"])
        self.assertEqual(call["stack"][1]["module"], program)
        self.assertEqual(call["stack"][1]["line"], marked(PROGRAM, "listen"))
        self.assertRegex(run("-k", program).stderr, r"stack   listen\+0x\w+ .*\n +serve\+0x\w+ +prog.c:\d+\n")

    def test_the_stack_as_strace_writes_it(self):
        program = self.build("-g", "-O2")
        shown = run("-k", "--format=strace", program).stderr
        self.assertRegex(shown, r"(?m)^ > \S+/libc[^(]*\(listen\+0x\w+\) \[0x\w+\]$")
        self.assertRegex(shown, rf"(?m)^ > {re.escape(program)}\(serve\+0x\w+\) \[0x\w+\]$")

    def test_addresses_are_those_that_addr2line_wants(self):
        needs("addr2line")
        program = self.build("-g", "-O2")
        frame = self.record("-k", program).call("shutdown")["stack"][1]
        place = subprocess.run(["addr2line", "-e", program, hex(int(frame["address"], 16) - 1)],
                               capture_output=True, text=True, check=True, timeout=30).stdout
        self.assertRegex(place, rf"prog\.c:{marked(PROGRAM, 'shutdown')}\b")

    def test_a_replay_shows_it_where_the_source_is_not(self):
        program = self.build("-g", "-O0")
        path = self.path("run.jsonl")
        text = self.path("run.txt")
        run("-k", "-o", path, "-o", text, program)
        os.unlink(self.path("prog.c"))
        os.unlink(program)
        with open(text, encoding="utf-8") as file:
            self.assertEqual(run("--replay", path).stderr, file.read())


if __name__ == "__main__":
    unittest.main()
