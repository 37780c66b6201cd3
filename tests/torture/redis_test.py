"""redis under redis-benchmark: what was written is what is read."""

import signal
import subprocess
import time
import unittest

from serving import LIMIT, Serving, number, status_of, together
from traced import free_port, needs

# What redis-benchmark counts up must have been counted once for each request.
TESTS = "ping_inline,ping_mbulk,set,get,incr,lpush,rpush,sadd,hset,spop,lrange_100,mset"


class Redis(Serving):
    def setUp(self):
        super().setUp()
        needs("redis-server", "redis-cli", "redis-benchmark")
        self.port = free_port()
        self.command = ["redis-server", "--port", self.port, "--bind", "127.0.0.1", "--save", "",
                        "--dir", self.folder, "--io-threads", "2", "--io-threads-do-reads", "yes"]

    def ask(self, *words):
        return self.run_("redis-cli", "-p", self.port, *words).decode().strip()

    def benchmark(self, *options, tests=TESTS):
        """Each test ends with its line, and nothing else is said on the way."""
        out = self.run_("redis-benchmark", "-p", self.port, "--csv", "-t", tests, *options).decode()
        lines = out.splitlines()
        self.assertTrue(all(line.startswith('"') for line in lines), out)
        for name in tests.upper().split(","):
            self.assertTrue(any(line.upper().startswith(f'"{name.split("_")[0]}')
                                for line in lines), out)

    def check(self, requests):
        self.assertEqual(self.ask("get", "counter:__rand_int__"), str(requests))
        # By lpush, by rpush, and by lpush once more to have something for lrange.
        self.assertEqual(self.ask("llen", "mylist"), str(3 * requests))
        self.assertEqual(self.ask("strlen", "key:__rand_int__"), "20")

    def exchange(self, count):
        """So many keys in one connection: what was put in comes out."""
        puts = "".join(f"set key-{i} value-{i * i}\n" for i in range(count))
        gets = "".join(f"get key-{i}\n" for i in range(count))
        for asked, answer in ((puts, ["OK"] * count),
                              (gets, [f"value-{i * i}" for i in range(count)])):
            done = subprocess.run(["redis-cli", "-p", str(self.port)], input=asked, text=True,
                                  capture_output=True, timeout=LIMIT, check=True)
            self.assertEqual(done.stdout.splitlines(), answer)

    def connections(self):
        info = dict(line.split(":", 1) for line in self.ask("info", "stats").split() if ":" in line)
        return int(info["total_connections_received"])

    def test_what_was_written_is_read(self):
        requests = number(3000, 300)
        server = self.serve(*self.command, port=self.port)
        self.benchmark("-n", requests, "-c", 50, "-d", 20)
        self.check(requests)
        self.exchange(number(2000, 200))
        # One request for each connection, and many requests at once.
        self.benchmark("-n", number(1000, 100), "-c", 20, "-k", 0, tests="set")
        self.benchmark("-n", number(20000, 2000), "-c", 20, "-P", 50, "-d", 500, tests="set")
        connections = self.connections()
        record = self.end(server)
        self.assertGreaterEqual(record.accepted(), connections)
        self.assertGreaterEqual(len(record.connections), connections)
        self.assertGreaterEqual(record.accepted(), number(1000, 100))

    def test_a_running_one_is_watched_and_left_while_it_answers(self):
        requests = number(5000, 500)
        server = self.untraced(*self.command, port=self.port)
        records = []

        def come_and_go():
            for _ in range(number(6, 2)):
                socktrace = self.attach(server.pid)
                time.sleep(number(1, 0.2))  # the load goes on meanwhile
                records.append(self.detach(socktrace))
        together([come_and_go, lambda: self.benchmark("-n", requests, "-c", 50, "-d", 20),
                  lambda: self.exchange(number(2000, 200))])
        self.check(requests)
        self.assertGreater(sum(record.types["call"] for record in records), 0)
        self.assertEqual(status_of(server.pid, "TracerPid"), "0")
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(60), 0)


if __name__ == "__main__":
    unittest.main()
