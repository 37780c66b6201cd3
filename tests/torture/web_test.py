"""Web servers and proxies from Debian's packages, under load: every answer is right."""

import os
import pwd
import random
import signal
import time
import unittest

from serving import Serving, children, number, status_of, together
from traced import PYTHON, free_port, needs

HELLO = b"hello from behind a tracer\n" * 10

NGINX = """
daemon off;
worker_processes 3;
{user}
pid {folder}/pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
	log_format counted "$connection $status $bytes_sent";
	access_log {folder}/access.log counted;
	sendfile on;
	keepalive_requests 20;
	root {folder}/www;
	client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
	fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
	scgi_temp_path {folder}/scgi;
	server {{ listen 127.0.0.1:{port}; }}
}}
"""

HAPROXY = """
global
	nbthread 2
	maxconn 500
defaults
	mode http
	option splice-auto
	option splice-request
	option splice-response
	timeout connect 60s
	timeout client 60s
	timeout server 60s
listen front
	bind 127.0.0.1:{port}
	server back 127.0.0.1:{back}
"""


def big_files(count, size, seed=3):
    """Nothing in them repeats, so that a byte in the wrong place shows."""
    source = random.Random(seed)
    return {f"big-{i}": source.randbytes(size + i) for i in range(count)}


class Web(Serving):
    def site(self, files):
        for name, content in files.items():
            self.write(f"www/{name}", content)

    def nginx_command(self, port):
        user = "user nobody nogroup;" if os.geteuid() == 0 else ""
        path = self.write("nginx.conf", NGINX.format(folder=self.folder, port=port, user=user))
        return ["nginx", "-e", self.path("error.log"), "-c", path, "-p", self.folder]


class Nginx(Web):
    def setUp(self):
        super().setUp()
        needs("nginx", "wrk", "curl")
        self.port = free_port()
        self.files = big_files(6, 3_000_000)
        self.site({"hello": HELLO, **self.files})

    def log(self):
        """Of each answer: the connection's number, the status, the bytes sent."""
        return [tuple(map(int, line.split())) for line in self.read("access.log").splitlines()]

    def complains_of_nothing(self):
        """Of no interrupted epoll_wait(), and of no worker that died."""
        self.assertEqual(self.read("error.log"), "")

    def workers(self, master):
        """The port listens before they are there."""
        self.until(lambda: len(children(master)) == 3, "three workers")
        return children(master)

    def load(self):
        right = self.wrk(self.port, HELLO, "/hello")
        self.fetch_all(self.port, self.files, times=3)
        return right + 3 * len(self.files)

    def test_workers_that_send_files_answer_everything(self):
        server = self.serve(*self.nginx_command(self.port), port=self.port)
        master = self.program_of(server)
        workers = self.workers(master)
        if os.geteuid() == 0:
            nobody = str(pwd.getpwnam("nobody").pw_uid)
            for worker in workers:
                self.assertEqual(status_of(worker, "Uid").split(), [nobody] * 4)
        right = self.load()
        record = self.end(server, signal.SIGQUIT)

        self.complains_of_nothing()
        log = self.log()
        self.assertEqual({status for _, status, _ in log}, {200})
        self.assertGreaterEqual(len(log), right)
        self.assertGreaterEqual(record.accepted(), len({connection for connection, _, _ in log}))
        self.assertGreaterEqual(record.succeeded("sendfile"), right)
        # No byte is missing: the server's own account, and ours.
        self.assertEqual(record.bytes("sent", f"127.0.0.1:{self.port}"),
                         sum(size for _, _, size in log))
        self.assertEqual(record.processes["fork"], 3)

    def test_running_workers_are_watched_and_left_while_they_answer(self):
        server = self.untraced(*self.nginx_command(self.port), port=self.port)
        pids = [server.pid, *self.workers(server.pid)]
        records = []

        def come_and_go():
            for _ in range(number(4, 2)):
                socktrace = self.attach(*pids)
                time.sleep(number(1, 0.3))  # the load goes on meanwhile
                records.append(self.detach(socktrace))
        together([come_and_go, self.load])
        self.assertEqual({status for _, status, _ in self.log()}, {200})
        for record in records:
            self.assertEqual(record.processes["attach"], record.processes["detach"])
        self.assertGreater(sum(record.accepted() for record in records), 0)
        for pid in pids:
            self.assertEqual(status_of(pid, "TracerPid"), "0")
        self.fetch_all(self.port, self.files)
        server.send_signal(signal.SIGQUIT)
        self.assertEqual(server.wait(60), 0)
        self.complains_of_nothing()


class Haproxy(Web):
    def test_a_proxy_that_splices_hands_everything_on(self):
        needs("haproxy", "nginx", "wrk", "curl")
        port, back = free_port(), free_port()
        files = big_files(4, 2_000_000)
        self.site({"hello": HELLO, **files})
        backend = self.untraced(*self.nginx_command(back), port=back)
        path = self.write("haproxy.cfg", HAPROXY.format(port=port, back=back))
        server = self.serve("haproxy", "-db", "-f", path, port=port)
        right = self.wrk(port, HELLO, "/hello")
        times = 3
        self.fetch_all(port, files, times=times)
        connections = 50  # of one request each
        self.fetch_all(port, {f"hello?{i}": HELLO for i in range(connections)})
        record = self.end(server, signal.SIGUSR1)

        self.assertGreater(record.succeeded("splice"), 0)
        self.assertGreaterEqual(record.accepted(), 40)
        content = times * sum(map(len, files.values())) + (right + connections) * len(HELLO)
        self.assertGreaterEqual(record.bytes("sent", f"127.0.0.1:{port}"), content)
        backend.send_signal(signal.SIGQUIT)
        self.assertEqual(backend.wait(60), 0)


class HttpServer(Web):
    def test_many_curls_in_parallel_get_their_own_file_each(self):
        needs("curl")
        source = random.Random(5)
        files = {f"{i}.bin": source.randbytes(source.randrange(1, 60_000))
                 for i in range(number(300, 60))}
        files["long.bin"] = source.randbytes(3_000_000)
        self.site(files)
        port = free_port()
        server = self.serve(PYTHON, "-m", "http.server", "--bind", "127.0.0.1", "--directory",
                            self.path("www"), port, port=port)
        self.fetch_all(port, files)

        def some_curls(part):
            for name, content in list(files.items())[part::4][:number(25, 5)]:
                got = self.run_("curl", "-sS", "--fail", f"http://127.0.0.1:{port}/{name}")
                self.assertEqual(got, content, name)
        together([lambda part=part: some_curls(part) for part in range(4)])
        record = self.end(server, signal.SIGINT)
        requests = len(files) + 4 * number(25, 5)
        self.assertGreaterEqual(record.accepted(), requests)
        self.assertGreaterEqual(record.processes["thread"], requests)
        self.assertGreaterEqual(record.bytes("sent", f"127.0.0.1:{port}"),
                                sum(map(len, files.values())))


if __name__ == "__main__":
    unittest.main()
