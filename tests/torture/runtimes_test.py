"""Programs whose threads and sockets are their runtime's: node, Go, Java."""

import os
import signal
import time
import unittest

from serving import SERVERS, Recording, Serving, children, number, status_of, together
from traced import SOCKTRACE, free_port, needs

ANSWER = "handed on"


class Cluster(Serving):
    def command(self, port):
        return ["node", os.path.join(SERVERS, "cluster.js"), str(port), "2", ANSWER]

    def test_thousands_of_sockets_are_passed_and_answered(self):
        needs("node", "wrk")
        port = free_port()
        server = self.serve(*self.command(port), port=port)
        right = self.wrk(port, ANSWER.encode(), seconds=8)
        record = self.end(server)
        # Each connection is accepted by the primary, sent to a worker, received by it.
        self.assertGreaterEqual(record.accepted(), right)
        self.assertGreaterEqual(record.succeeded("sendmsg"), right)
        self.assertGreaterEqual(record.succeeded("recvmsg"), right)
        self.assertGreaterEqual(len(record.connections), right)
        self.assertGreaterEqual(record.bytes("sent", f"127.0.0.1:{port}"), right * len(ANSWER))

    def test_a_running_cluster_is_watched_and_left_while_it_answers(self):
        needs("node", "wrk")
        port = free_port()
        server = self.untraced(*self.command(port), port=port)
        self.until(lambda: len(children(server.pid)) == 2, "two workers")
        pids = [server.pid, *children(server.pid)]
        records = []

        def come_and_go():
            for _ in range(number(4, 2)):
                socktrace = self.attach(*pids)
                time.sleep(number(1, 0.3))  # the load goes on meanwhile
                records.append(self.detach(socktrace))
        together([come_and_go, lambda: self.wrk(port, ANSWER.encode(), seconds=7)])
        self.assertGreater(sum(record.accepted() for record in records), 0)
        for pid in pids:
            self.assertEqual(status_of(pid, "TracerPid"), "0")
        self.wrk(port, ANSWER.encode(), seconds=1)
        server.send_signal(signal.SIGTERM)
        self.assertEqual(server.wait(60), 0, server.errors())


class BothEnds(Serving):
    """Server and clients in one program, which says itself how many answers were right."""

    def compare(self, *command, says, **how):
        self.assertEqual(self.run_(*command, **how).decode(), says)
        record = self.path("record.jsonl")
        self.assertEqual(self.run_(SOCKTRACE, "-o", record, *command, **how).decode(), says)
        return Recording(record)

    def test_goroutines(self):
        needs("go")
        environment = {**os.environ, "GOCACHE": self.path("cache"), "GOPATH": self.path("go"),
                       "GO111MODULE": "off", "GOFLAGS": "-p=2"}
        program = self.path("load")
        self.run_("go", "build", "-o", program, os.path.join(SERVERS, "load.go"), env=environment)
        clients, requests = 20, number(200, 20)
        record = self.compare(program, clients, requests,
                              says=f"right {clients * requests} wrong 0\n")
        # Every second client has a connection for each request, the others one for all.
        connections = clients // 2 * (requests + 1)
        self.assertGreaterEqual(record.accepted(), connections)
        self.assertGreaterEqual(len(record.connections), connections)

    def test_a_java_thread_for_each_connection(self):
        needs("javac", "java")
        self.run_("javac", "-d", self.folder, os.path.join(SERVERS, "Load.java"))
        clients, requests = 20, number(50, 10)
        record = self.compare("java", "-cp", self.folder, "Load", clients, requests,
                              says=f"closed\nright {clients * requests} of {clients * requests}\n")
        self.assertGreaterEqual(record.accepted(), clients * requests)
        self.assertGreaterEqual(len(record.connections), clients * requests)
        self.assertGreaterEqual(record.processes["thread"], clients * requests)


if __name__ == "__main__":
    unittest.main()
