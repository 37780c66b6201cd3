"""Servers that start a program for each client: sshd, whose children filter their own system
calls, and systemd-socket-activate, whose server finds its socket at descriptor 3."""

import os
import shutil
import signal
import socket
import subprocess
import unittest

from serving import LIMIT, Serving, number, receive, together
from traced import PYTHON, free_port, needs

SSHD = "/usr/sbin/sshd"
SSHD_CONFIG = """
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/user.pub
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
MaxStartups 100
PrintMotd no
# So that bash does not take itself for the first one and run the user's ~/.bashrc.
SetEnv SHLVL=2
"""
PRIVILEGE_SEPARATION = "/run/sshd"  # is built into Debian's sshd, and made by its service

ACTIVATED = """
import os, signal, socket, sys
assert os.environ['LISTEN_FDS'] == '1' and int(os.environ['LISTEN_PID']) == os.getpid()
listener = socket.socket(fileno=3)
listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
while True:
    conn, _ = listener.accept()
    while data := conn.recv(1000):
        conn.sendall(data.upper())
    conn.close()
"""


class Sshd(Serving):
    def setUp(self):
        super().setUp()
        needs(SSHD, "ssh", "ssh-keygen", "nsenter")
        if os.geteuid() != 0:
            self.skipTest("sshd changes its user: needs root")
        self.port = 2222  # of a network that is nobody else's
        for key in ("host", "user"):
            self.run_("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.path(key))
        self.config = self.write("config", SSHD_CONFIG.format(folder=self.folder, port=self.port))
        if not os.path.isdir(PRIVILEGE_SEPARATION):
            os.mkdir(PRIVILEGE_SEPARATION, 0o755)
            self.addCleanup(os.rmdir, PRIVILEGE_SEPARATION)

    def within(self, process, *command):
        """The command in the network of that process."""
        return ["nsenter", f"--net=/proc/{process.pid}/ns/net", *command]

    def ssh(self, server, command):
        return self.run_(*self.within(
            server, "ssh", "-F", "none", "-i", self.path("user"), "-p", str(self.port), "-T",
            "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
            "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "root@127.0.0.1", command))

    def answers(self, server):
        self.assertIsNone(server.poll(), server.errors())
        return subprocess.run(self.within(server, "nc", "-z", "127.0.0.1", str(self.port)),
                              check=False, timeout=LIMIT, capture_output=True).returncode == 0

    def test_every_login_works_and_every_child_is_seen_to_its_end(self):
        needs("nc")
        server = self.serve(SSHD, "-D", "-e", "-f", self.config, options=["--isolate"])
        self.until(lambda: self.answers(server), "sshd")
        logins = number(300, 16)

        def log_in(part):
            for i in range(part, logins, 4):
                if i % 2:
                    self.assertEqual(self.ssh(server, "true"), b"")
                else:
                    self.assertEqual(self.ssh(server, f"echo number {i}"), f"number {i}\n".encode())
        together([lambda part=part: log_in(part) for part in range(4)])
        # What a login carries is as it was, both ways.
        size = number(2_000_000, 200_000)
        out = self.ssh(server, f"head -c {size} /dev/zero | tr '\\0' x")
        self.assertEqual(out, b"x" * size)
        record = self.end(server)
        self.assertGreaterEqual(record.accepted(), logins + 1)
        # For each the monitor, the child with its filter, the user's own.
        self.assertGreaterEqual(record.processes["fork"], 3 * logins)
        self.assertNotIn("SIGSYS", record.signals)


class SocketActivation(Serving):
    def setUp(self):
        super().setUp()
        needs("systemd-socket-activate")
        self.port = free_port()

    def echo(self, count):
        def some(part):
            for i in range(part, count, 4):
                question = f"question {i} ".encode() * 20
                with socket.create_connection(("127.0.0.1", self.port), timeout=LIMIT) as sock:
                    sock.sendall(question)
                    sock.shutdown(socket.SHUT_WR)
                    self.assertEqual(receive(sock, len(question) + 1), question)
        together([lambda part=part: some(part) for part in range(4)])

    def test_a_server_finds_its_socket_at_descriptor_3(self):
        server = self.serve("systemd-socket-activate", "-l", f"127.0.0.1:{self.port}", PYTHON, "-c",
                            ACTIVATED)
        self.until(lambda: "Listening" in server.errors(), "systemd-socket-activate")
        connections = number(1500, 100)
        self.ask_capitals(self.port, connections)
        record = self.end(server)
        self.assertEqual(record.accepted(), connections)
        self.assertEqual(len(record.connections), connections)

    def test_a_program_for_each_connection_has_it_for_input_and_output(self):
        cat = shutil.which("cat")
        server = self.serve("systemd-socket-activate", "-l", f"127.0.0.1:{self.port}", "-a",
                            "--inetd", cat)
        self.until(lambda: "Listening" in server.errors(), "systemd-socket-activate")
        connections = number(300, 30)
        self.echo(connections)
        record = self.end(server, status=-signal.SIGTERM)
        self.assertEqual(record.accepted(), connections)
        self.assertEqual(record.processes["fork"], connections)
        self.assertEqual(len(record.connections), connections)


if __name__ == "__main__":
    unittest.main()
