"""The completions of bash, zsh and fish: what they offer is what the program says it has."""

import os
import pty
import subprocess
import tempfile
import unittest

from traced import DEMOS, SOCKTRACE, needs, run

COMPLETIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "docs", "completions")
LIMIT = 60


def first_words(what):
    return {line.split()[0] for line in run("--list", what).stdout.splitlines()}


def spellings():
    """-p and --attach of each option that is worth a line in --help."""
    found = set()
    for line in run("--list", "options").stdout.splitlines():
        letter, name, _, _, summary = line.split(maxsplit=4)
        if summary != "-":
            found |= {letter, name} - {"-"}
    return found


def shell(command, script, folder, **variables):
    """What a shell prints, run in that folder with `socktrace` in PATH."""
    done = subprocess.run(
        command, input=script, capture_output=True, text=True, check=False, timeout=LIMIT, cwd=folder,
        env={**os.environ, "HOME": folder, "XDG_CONFIG_HOME": folder, "XDG_DATA_HOME": folder,
             "PATH": os.path.dirname(SOCKTRACE) + os.pathsep + os.environ["PATH"], **variables})
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


class Completion:
    """The tests of all shells. offered(WORDS) are the candidates for the last word, as a set."""

    def setUp(self):
        needs(self.SHELL)
        folder = tempfile.TemporaryDirectory(prefix="socktrace-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        for name in ("run.jsonl", "notes.txt"):
            with open(os.path.join(self.folder, name), "w", encoding="utf-8"):
                pass

    def test_every_option_of_help_is_offered_and_no_other(self):
        wanted = spellings()
        self.assertGreater(len(wanted), 30)
        names = {name for name in wanted if name.startswith("--")}
        self.assertEqual({word.rstrip("=") for word in self.offered("--")} - {"--"}, names)
        letters = {word for word in wanted if not word.startswith("--")}
        self.assertLessEqual(letters, {word[:2] for word in self.offered("-")})

    def test_a_beginning_narrows_them(self):
        self.assertEqual({word.rstrip("=") for word in self.offered("--de")}, {"--demo"})

    def test_demos_formats_topics_and_rules_are_those_that_are_listed(self):
        self.assertIn("echo", os.listdir(DEMOS))
        for words, what in ((["--demo", ""], "demos"), (["--format", ""], "formats"),
                            (["--explain", ""], "topics"), (["--check="], "rules")):
            self.assertEqual(self.values(*words), first_words(what), words)

    def test_an_argument_behind_an_equals_sign_is_completed_too(self):
        self.assertEqual(self.values("--demo=ech"), {"echo"})
        self.assertEqual(self.values("--wire="), {"full", "off"})
        self.assertEqual(self.values("--color=a"), {"auto", "always"})

    def test_the_last_piece_of_a_list_is_completed(self):
        self.assertEqual(self.pieces("--check=bind-in-use,accept-q"), {"accept-queue-waits"})
        self.assertEqual(self.pieces("-e", "setup,conn"), {"connect"})
        self.assertEqual(self.pieces("-e", "!conn"), {"connect"})
        self.assertEqual(self.pieces("-e", "opt"), {"options"})

    def test_running_processes_are_offered(self):
        with subprocess.Popen(["sleep", "100"]) as sleeper:
            try:
                offered = self.pieces("-p", "")
                self.assertLessEqual({str(sleeper.pid), str(os.getpid())}, offered)
                offered = self.pieces("-p", f"{os.getpid()},{str(sleeper.pid)[:2]}")
                self.assertIn(str(sleeper.pid), offered)
            finally:
                sleeper.kill()
        self.assertNotIn(str(sleeper.pid), self.pieces("-p", ""))

    def test_files_are_offered_where_a_file_is_wanted(self):
        self.assertEqual(self.values("--replay", "ru"), {"run.jsonl"})
        self.assertEqual(self.values("-o", "not"), {"notes.txt"})
        self.assertEqual(self.values("-qo", "not"), {"notes.txt"})

    def test_the_first_other_word_is_a_command_and_behind_it_come_its_own(self):
        for words in (["sleep"], ["--wire", "sleep"], ["-s", "9", "sleep"], ["--", "sleep"]):
            self.assertIn("sleep", self.values(*words), words)
        self.assertNotIn("--demo", self.offered("sleep", "--de"))

    def values(self, *words):
        """Without the --option= before them, which some shells keep."""
        return {word.split("=", 1)[1] if word.startswith("--") and "=" in word else word
                for word in self.offered(*words)}

    def pieces(self, *words):
        """Without what stands before the last comma."""
        return {word.rsplit(",")[-1].lstrip("!") for word in self.values(*words)}


class Bash(Completion, unittest.TestCase):
    SHELL = "bash"

    def offered(self, *words):
        # As readline divides them.
        divided = ["socktrace"]
        for word in words:
            name, equals, value = word.partition("=")
            divided += [name, "="] + ([value] if value else []) if equals else [word]
        if divided[-1] == "=":
            divided.append("")
        script = (f". {COMPLETIONS}/socktrace.bash\n"
                  'COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))\n'
                  "_socktrace\n"
                  'printf "%s\\n" "${COMPREPLY[@]}"\n')
        return set(shell(["bash", "--norc", "-s", "--", *divided], script, self.folder).split())

    def test_where_an_equals_sign_divides_no_words_the_option_stays(self):
        script = (f". {COMPLETIONS}/socktrace.bash\n"
                  "COMP_WORDS=(socktrace --demo=ech) COMP_CWORD=1\n_socktrace\n"
                  'printf "%s\\n" "${COMPREPLY[@]}"\n')
        self.assertEqual(shell(["bash", "--norc"], script, self.folder), "--demo=echo\n")


class Fish(Completion, unittest.TestCase):
    SHELL = "fish"

    def offered(self, *words):
        script = f"source {COMPLETIONS}/socktrace.fish\ncomplete -C $argv[1]\n"
        path = os.path.join(self.folder, "script")
        with open(path, "w", encoding="utf-8") as file:
            file.write(script)
        text = shell(["fish", "--no-config", path, " ".join(["socktrace", *words])], "", self.folder)
        os.unlink(path)
        return {line.split("\t")[0] for line in text.splitlines()}

    def test_each_comes_with_the_programs_word_about_it(self):
        text = shell(["fish", "--no-config", "-c",
                      f"source {COMPLETIONS}/socktrace.fish; complete -C 'socktrace --sock'"],
                     "", self.folder)
        summary = next(line.split(maxsplit=4)[4] for line in run("--list", "options").stdout.splitlines()
                       if " --sockets " in line)
        self.assertEqual(text, f"--sockets\t{summary}\n")


class Zsh(Completion, unittest.TestCase):
    SHELL = "zsh"
    # At the first prompt the line is there, is completed, and what would be added is written down.
    SETUP = """
        fpath=($COMPLETIONS $fpath)
        autoload -Uz compinit && compinit -D -u
        setopt no_auto_list # nobody answers "show all of them?"
        zstyle ':completion:*' completer _complete
        compadd() {
            local -a hits
            if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then
                builtin compadd "$@"
                return
            fi
            builtin compadd -A hits "$@"
            (( $#hits )) && print -rl -- $hits >>$HITS
            builtin compadd "$@"
        }
        zle-line-init() { LBUFFER=$LINE_TO_COMPLETE; zle complete-word; exit 0 }
        zle -N zle-line-init
    """

    def offered(self, *words):
        hits = os.path.join(self.folder, ".hits")
        with open(os.path.join(self.folder, ".zshrc"), "w", encoding="utf-8") as file:
            file.write(self.SETUP)
        open(hits, "w", encoding="utf-8").close()
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execvpe("zsh", ["zsh", "-d", "-i"], {
                **os.environ, "TERM": "dumb", "HOME": self.folder, "ZDOTDIR": self.folder, "HITS": hits,
                "COMPLETIONS": COMPLETIONS, "LINE_TO_COMPLETE": " ".join(["socktrace", *words]),
                "PATH": os.path.dirname(SOCKTRACE) + os.pathsep + os.environ["PATH"]})
        shown = b""
        try:
            while part := os.read(terminal, 65536):
                shown += part
        except OSError:
            pass  # Linux's end of file of a terminal whose other end is closed
        os.close(terminal)
        _, status = os.waitpid(pid, 0)
        self.assertEqual(status, 0, shown.decode(errors="replace"))
        with open(hits, encoding="utf-8") as file:
            return set(file.read().split("\n")) - {""}


if __name__ == "__main__":
    unittest.main()
