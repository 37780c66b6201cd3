"""Bad input: one clear line each, the right status, nothing left behind."""

import os
import shutil
import subprocess
import tempfile
import unittest

from traced import BUILD, DEMOS, SOCKTRACE, program, run


class BadInput(unittest.TestCase):
    def fails(self, status, *arguments, says, **options):
        done = run(*arguments, **options)
        self.assertEqual(done.returncode, status, done.stderr)
        first = done.stderr.splitlines()[0]
        self.assertTrue(first.startswith("socktrace: "), first)
        self.assertIn(says, first)
        self.assertLessEqual(len(done.stderr.splitlines()), 2, done.stderr)
        self.assertEqual(done.stdout or "", "")

    def test_unknown_option(self):
        self.fails(125, "--fnord", "true", says="--fnord")

    def test_unknown_letter(self):
        self.fails(125, "-x", "true", says="-x")

    def test_source_is_auto_or_off(self):
        self.fails(125, "--source=on", "true", says="--source=on: unknown")

    def test_option_without_its_argument(self):
        self.fails(125, "-o", says="needs an argument")

    def test_no_program(self):
        self.fails(125, says="no program")

    def test_empty_program(self):
        self.fails(125, "", says="empty")

    def test_unknown_format(self):
        self.fails(125, "--format=fnord", "true", says="fnord")

    def test_json_is_refused_with_the_names_that_are_meant(self):
        done = run("-o", "x.json", "true")
        self.assertEqual(done.returncode, 125)
        self.assertIn(".jsonl", done.stderr)
        self.assertIn(".perfetto.json", done.stderr)

    def test_unknown_demo(self):
        self.fails(125, "--demo", "fnord", says="fnord")
        self.fails(125, "--demo", "../demos/echo", says="no such demo")

    def test_unknown_call(self):
        self.fails(125, "-e", "fnord", "true", says="fnord")

    def test_bad_numbers(self):
        for number in ("-1", "x", "", "1x", "99999999999999999999"):
            with self.subTest(number):
                self.fails(125, "-s", number, "true", says="-s")

    def test_program_not_found(self):
        self.fails(127, "no-such-program", says="no-such-program: command not found")
        self.fails(127, "./no-such-program", says="./no-such-program: no such file")

    def test_a_folder_of_path_that_may_not_be_searched_hides_nothing(self):
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("needs root and setpriv")
        with tempfile.TemporaryDirectory() as folder:
            hidden = os.path.join(folder, "hidden")
            os.mkdir(hidden, 0o700)
            os.chmod(folder, 0o755)
            binary = shutil.copy(SOCKTRACE, folder)
            done = subprocess.run(
                ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", binary,
                 "no-such-program"], capture_output=True, text=True, check=False, timeout=20,
                env={**os.environ, "PATH": f"{hidden}:/usr/bin:/bin"})
        self.assertEqual(done.returncode, 127, done.stderr)
        self.assertIn("command not found", done.stderr)

    def test_a_directory(self):
        self.fails(126, "/tmp", says="is a directory")

    def test_a_file_that_may_not_be_executed(self):
        with tempfile.NamedTemporaryFile() as file:
            self.fails(126, file.name, says="permission denied")

    def test_a_script_without_an_interpreter(self):
        with tempfile.TemporaryDirectory() as folder:
            script = os.path.join(folder, "script")
            with open(script, "w", encoding="ascii") as file:
                file.write("echo hello\n")
            os.chmod(script, 0o755)
            self.fails(126, script, says="script without #!")

    def test_a_script_whose_interpreter_is_missing(self):
        with tempfile.TemporaryDirectory() as folder:
            script = os.path.join(folder, "script")
            with open(script, "w", encoding="ascii") as file:
                file.write("#!/no/such/interpreter\n")
            os.chmod(script, 0o755)
            done = run(script)
            self.assertEqual(done.returncode, 127)

    def test_output_that_cannot_be_written(self):
        self.fails(125, "-o", "/no/such/folder/t.txt", "true", says="/no/such/folder/t.txt")

    def test_two_outputs_in_one_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "t.txt")
            self.fails(125, "-o", path, "-o", path, "true", says="two outputs")
            other = os.path.join(folder, "link.txt")
            with open(path, "w", encoding="ascii"):
                os.link(path, other)
            self.fails(125, "-o", path, "-o", other, "true", says="two outputs")

    def test_replay_of_nothing(self):
        self.fails(125, "--replay", "/no/such/file.jsonl", says="/no/such/file.jsonl")

    def test_replay_of_garbage_names_the_line(self):
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.write('{"type":"fnord"}\n{"type":"end","t":0,"calls":0,"lost":0}\n')
            file.flush()
            self.fails(125, "--replay", file.name, says=":1: ")

    def test_replay_into_itself(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "t.jsonl")
            self.assertEqual(run("-o", path, "true").returncode, 0)
            with open(path, encoding="utf-8") as file:
                before = file.read()
            self.fails(125, "--replay", path, "-o", path, says="is the file replayed")
            with open(path, encoding="utf-8") as file:
                self.assertEqual(file.read(), before)

    def test_replay_goes_with_nothing_that_runs(self):
        self.fails(125, "--replay", "t.jsonl", "true", says="--replay")
        self.fails(125, "--demo", "echo", "true", says="--demo")

    def test_client_that_is_not_there(self):
        self.fails(127, "--client", "no-such-client", "true", says="no-such-client")

    def test_client_with_an_open_quote(self):
        self.fails(125, "--client", "sh -c 'x", "true", says="split")

    def test_unknown_user(self):
        self.fails(125, "-u", "no-such-user", "true", says="no-such-user")

    def test_a_kernel_without_pidfd_getfd(self):
        denied = [program("without"), "pidfd_getfd", SOCKTRACE, "true"]
        done = subprocess.run(denied, capture_output=True, text=True, check=False, timeout=20)
        self.assertEqual(done.returncode, 125, done.stderr)
        self.assertIn("socktrace: pidfd_getfd: ", done.stderr)

    def test_a_system_that_forbids_ptrace(self):
        denied = [program("without"), "ptrace", SOCKTRACE, "true"]
        done = subprocess.run(denied, capture_output=True, text=True, check=False, timeout=20)
        self.assertEqual(done.returncode, 125, done.stderr)
        self.assertIn("socktrace: ptrace: ", done.stderr)

    def test_a_system_that_forbids_namespaces(self):
        denied = [program("without"), "unshare", SOCKTRACE, "--isolate", "true"]
        done = subprocess.run(denied, capture_output=True, text=True, check=False, timeout=20)
        self.assertEqual(done.returncode, 125, done.stderr)
        self.assertIn("socktrace: isolated network: ", done.stderr)


class Output(unittest.TestCase):
    def test_a_full_disk_is_told_once_and_does_not_disturb(self):
        done = run("-o", "/dev/full", "sh", "-c", "echo hello; exit 3")
        self.assertEqual(done.stdout, "hello\n")
        self.assertEqual(done.stderr.count("/dev/full"), 1, done.stderr)
        self.assertEqual(done.returncode, 125)

    def test_a_closed_pipe_is_told_once_and_does_not_disturb(self):
        done = run("-o", "|exec true", "sh", "-c", "sleep 0.3; echo hello")
        self.assertEqual(done.stdout, "hello\n")
        self.assertLessEqual(done.stderr.count("socktrace:"), 1, done.stderr)

    def test_a_closed_standard_error_does_not_hang(self):
        server = os.path.join(DEMOS, "refused", "client")
        done = subprocess.run(
            f"'{SOCKTRACE}' '{server}' 127.0.0.1 1 2>&1 >/dev/null | head -n 1",
            shell=True, capture_output=True, text=True, check=False, timeout=20,
        )
        self.assertNotEqual(done.stdout, "")

    def test_help_and_version(self):
        done = run("--help")
        self.assertEqual(done.returncode, 0)
        for option in ("--client", "--isolate", "--demo", "--replay", "--format", "--output", "--source"):
            self.assertIn(option, done.stdout)
        self.assertRegex(run("-V").stdout, r"^socktrace \d+\.\d+\.\d+\n$")

    def test_lists(self):
        self.assertIn("echo", run("--list", "demos").stdout)
        self.assertIn("jsonl", run("--list", "formats").stdout)
        self.assertIn("accept4", run("--list", "calls").stdout)
        self.assertEqual(run("--list", "fnord").returncode, 125)

    def test_several_transcripts_from_one_run(self):
        with tempfile.TemporaryDirectory() as folder:
            text, record = os.path.join(folder, "t.txt"), os.path.join(folder, "t.jsonl")
            client = os.path.join(DEMOS, "refused", "client")
            done = run("-o", text, "-o", record, client, "127.0.0.1", "1")
            self.assertNotIn("connect(", done.stderr)
            with open(text, encoding="utf-8") as file:
                live = file.read()
            self.assertIn("connect(", live)
            self.assertEqual(run("--replay", record).stderr, live)

    def test_format_without_file_goes_to_standard_error_besides(self):
        with tempfile.TemporaryDirectory() as folder:
            text = os.path.join(folder, "t.txt")
            done = run("-o", text, "--format=jsonl", "true")
            self.assertIn('"type":"header"', done.stderr)
            self.assertTrue(os.path.exists(text))


if __name__ == "__main__":
    unittest.main()
