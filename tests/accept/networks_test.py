"""Several network namespaces: each socket is asked for in its own (INTERFACE 2, FACTS 1)."""

import os
import shutil
import subprocess
import tempfile
import unittest

from traced import SOCKTRACE, Record, free_port, program

ORDINARY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
# Who may look into every process, and do nothing else.
ONLY_LOOKING = ("setpriv", "--bounding-set=-all,+sys_ptrace", "--inh-caps=-all")
NOT_POSSIBLE = 77


class Networks(unittest.TestCase):
    notices = ("",)

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="socktrace-")
        self.addCleanup(shutil.rmtree, self.folder)
        os.chmod(self.folder, 0o777)
        self.socktrace = shutil.copy(SOCKTRACE, self.folder)
        self.networks = shutil.copy(program("networks"), self.folder)
        self.path = os.path.join(self.folder, "record.jsonl")
        self.ports = [free_port(), free_port()]
        while self.ports[0] == self.ports[1]:
            self.ports[1] = free_port()

    def words(self, *more):
        return [self.networks, *map(str, self.ports), *more]

    def record(self):
        record = Record(self.path)
        os.unlink(self.path)
        return record

    def traced(self, *before, options=()):
        done = subprocess.run([*before, self.socktrace, "-o", self.path, *options, *self.words()],
                              capture_output=True, text=True, check=False, timeout=60, cwd="/",
                              stdin=subprocess.DEVNULL)
        if done.returncode == NOT_POSSIBLE:
            self.skipTest("no other network namespace: " + done.stderr)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(done.stderr, self.notices)
        self.assertEqual(done.stdout, "far\nnear\nstill near\n")
        return self.record()

    def users(self):
        yield "ourselves", ()
        if os.geteuid() == 0 and shutil.which("setpriv"):
            yield "an ordinary user", ORDINARY

    def sockets(self, record):
        """Ids: client and server here, client and server there."""
        clients = [call["socket"]["id"] for call in record.calls(name="connect")]
        servers = [call["socket"]["id"] for call in record.calls(name="accept")]
        return clients[0], servers[0], clients[1], servers[1]

    def test_a_connection_in_another_network_is_seen_until_its_time_wait(self):
        for who, user in self.users():
            with self.subTest(who):
                record = self.traced(*user)
                _, _, client, server = self.sockets(record)
                connected = record.calls(name="connect")[1]
                self.assertEqual(connected["state"]["peer"]["socket"], server)
                self.assertEqual(connected["queues"]["accept"], 1)
                closed, after = (
                    call for call in record.calls(name="close")
                    if call.get("socket", {}).get("id") in (client, server))
                self.assertIn(closed["state"]["after"], ("FIN_WAIT_1", "FIN_WAIT_2"))
                self.assertEqual(closed["state"]["witness"], "sock_diag")
                self.assertEqual(after["state"]["peer"]["socket"], client)
                self.assertEqual(after["state"]["peer"]["after"], "TIME_WAIT")

    def test_the_same_addresses_in_two_networks_are_two_connections(self):
        for who, user in self.users():
            with self.subTest(who):
                record = self.traced(*user)
                near_client, near_server, far_client, far_server = self.sockets(record)
                far, near = record.of("connection")
                self.assertEqual([end["address"] for end in near["ends"]],
                                 [end["address"] for end in far["ends"]])
                self.assertEqual([end["socket"] for end in near["ends"]],
                                 [near_client, near_server])
                self.assertEqual([end["socket"] for end in far["ends"]], [far_client, far_server])
                self.assertEqual(far["ends"][1]["bytes_received"], len("far"))
                self.assertEqual(near["ends"][1]["bytes_received"], len("near" + "still near"))
                self.assertEqual(far["ends"][0]["states"][-1], "TIME_WAIT")
                self.assertEqual(near["ends"][1]["states"][-1], "TIME_WAIT")

    def test_the_wire_tells_of_its_own_network_alone(self):
        record = self.traced(options=("--isolate",))
        near_client, near_server, _, _ = self.sockets(record)
        listener = record.calls(name="listen")[0]["socket"]["id"]
        segments = record.of("segment")
        self.assertEqual({segment["socket"]["id"] for segment in segments} - {listener},
                         {near_client, near_server})
        self.assertEqual(sum(segment["length"] for segment in segments),
                         len("near" + "still near"))
        here = {call["n"] for call in record.of("call")
                if call.get("socket", {}).get("id") in (near_client, near_server)}
        self.assertLessEqual({segment["cause"] for segment in segments if "cause" in segment},
                             here | {record.calls(name="connect")[0]["n"]})

    def attached(self, *before):
        """The record of a process that is in another network when we come to it."""
        process = subprocess.Popen(self.words("wait"), stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        if process.stdout.readline() != "ready\n":
            self.skipTest("no other network namespace")
        socktrace = subprocess.Popen([*before, self.socktrace, "-o", self.path,
                                      "--format=text", "-p", str(process.pid)],
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(socktrace.communicate)
        self.addCleanup(socktrace.kill)
        # Its first line: it is attached.
        line = socktrace.stderr.readline()
        self.assertIn("attached", line)
        process.communicate("go\n", timeout=20)
        self.assertEqual(process.returncode, 0)
        socktrace.communicate(timeout=20)
        self.assertEqual(socktrace.returncode, 0)
        return self.record()

    def last_states(self, connection):
        # Who connected was not seen: the listeners are closed.
        return sorted(end["states"][-1] for end in connection["ends"])

    def test_an_attached_process_in_another_network_is_asked_about_there(self):
        record = self.attached()
        for connection in record.of("connection"):
            self.assertEqual(self.last_states(connection), ["CLOSED", "TIME_WAIT"])

    def test_what_may_not_be_asked_there_is_not_said_to_be_closed(self):
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            self.skipTest("needs root and setpriv")
        record = self.attached(*ONLY_LOOKING)
        near, far = record.of("connection")
        self.assertEqual(self.last_states(near), ["CLOSED", "TIME_WAIT"])
        # Closed by the program, and nobody saw what became of it.
        self.assertEqual(self.last_states(far), ["CLOSE_WAIT", "ESTABLISHED"])
        self.assertEqual(far["closed"], "open")


if __name__ == "__main__":
    unittest.main()
