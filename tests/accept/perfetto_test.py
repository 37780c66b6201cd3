"""The perfetto format: events of Chrome's Trace Event Format, valid wherever the file ends."""

import json
import os
import subprocess
import tempfile
import unittest

from traced import BUILD, PYTHON, program, run

PAIR = """
import socket
server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
conn, _ = server.accept()
client.sendall(b'one'); client.sendall(b'two')
while len(conn.recv(100, socket.MSG_PEEK)) < 6: pass
conn.recv(100)
client.close(); conn.close()
"""
END_OF = {"B": "E"}


class Timeline:
    """What a viewer makes of the events."""

    def __init__(self, events):
        self.events = events
        self.names = {(event["name"], event["tid"]): event["args"].get("name")
                      for event in self.of("M")}
        self.slices = []
        open_ = {}
        for event in events:
            if event["ph"] == "X":
                self.slices.append((event["tid"], event["ts"], event["ts"] + event["dur"], event))
            elif event["ph"] == "B":
                assert event["tid"] not in open_, "a call begins in a call"
                open_[event["tid"]] = event
            elif event["ph"] == "E":
                begun = open_.pop(event["tid"])
                self.slices.append((event["tid"], begun["ts"], event["ts"], begun))
        self.unfinished = open_

    def of(self, phase):
        return [event for event in self.events if event["ph"] == phase]

    def at(self, event):
        """The calls in which an arrow begins or ends."""
        return [call["name"] for tid, start, end, call in self.slices
                if tid == event["tid"] and start <= event["ts"] <= end]


class Format(unittest.TestCase):
    def traced(self, *command):
        with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
            os.chmod(folder, 0o777)
            path = os.path.join(folder, "run.perfetto.json")
            recording = os.path.join(folder, "run.jsonl")
            again = os.path.join(folder, "again.perfetto.json")
            run("-q", "-e", "all", "-o", path, "-o", recording, *command)
            run("--replay", recording, "-o", again)
            with open(path, encoding="utf-8") as file, open(again, encoding="utf-8") as replayed:
                text = file.read()
                self.assertEqual(text, replayed.read())
            return Timeline(json.loads(text))

    def test_a_message_is_an_arrow_from_its_send_to_its_recv(self):
        timeline = self.traced("--demo", "echo")
        starts, ends = timeline.of("s"), timeline.of("f")
        self.assertEqual(len(starts), 2)
        self.assertEqual([start["id"] for start in starts], [end["id"] for end in ends])
        for start, end in zip(starts, ends):
            self.assertIn("send", timeline.at(start))
            self.assertIn("recv", timeline.at(end))
            self.assertNotEqual(start["pid"], end["pid"])

    def test_two_sends_that_one_recv_got_are_two_arrows(self):
        timeline = self.traced(PYTHON, "-c", PAIR)
        self.assertEqual(len({start["ts"] for start in timeline.of("s")}), 2)
        self.assertEqual(len(timeline.of("s")), len(timeline.of("f")))

    def test_processes_and_threads_have_the_names_of_their_lanes(self):
        names = {name for (what, _), name in self.traced("--demo", "echo").names.items()
                 if what == "process_name"}
        self.assertEqual(names, {"server", "client"})
        threads = {name for (what, _), name in self.traced(program("threads")).names.items()
                   if what == "thread_name"}
        self.assertTrue({"threads", "threads/t2"} <= threads, threads)

    def test_what_waits_is_one_long_slice(self):
        timeline = self.traced("--demo", "echo")
        waits = [event for event in timeline.of("B") if event["name"] == "accept"]
        self.assertEqual(len(waits), 1)
        connect = next(event for event in timeline.of("X") if event["name"] == "connect")
        start, end = next(place[1:3] for place in timeline.slices if place[3] is waits[0])
        self.assertTrue(start < connect["ts"] < end)

    def test_the_calls_of_a_thread_follow_each_other(self):
        timeline = self.traced(program("threads"))
        self.assertFalse(timeline.unfinished)
        ends = {}
        for tid, start, end, call in sorted(timeline.slices, key=lambda place: place[1]):
            self.assertLessEqual(ends.get(tid, 0), start, call)
            ends[tid] = end

    def test_a_call_that_never_returns_ends_with_its_thread(self):
        timeline = self.traced(program("killed"), "SIGKILL")
        self.assertFalse(timeline.unfinished)


class Fuzz(unittest.TestCase):
    def random(self, seed, count):
        writer = os.path.join(BUILD, "tests", "programs", "random_records")
        return subprocess.run([writer, "perfetto", str(seed), str(count)], check=True, timeout=60,
                              capture_output=True).stdout.decode("utf-8")

    def test_whatever_a_record_holds_it_stays_json(self):
        for seed in range(8):
            text = self.random(seed, 3000)
            self.assertTrue(text.replace("\n", "").isprintable(), seed)
            for event in json.loads(text):
                self.assertIn(event["ph"], "XBEiMsf")
                for key in ("pid", "tid", "ts"):
                    self.assertGreaterEqual(event[key], 0, event)
                if event["ph"] not in "E":
                    self.assertIn("name", event)

    def test_it_is_valid_wherever_it_ends(self):
        lines = self.random(9, 200).splitlines()
        for count in range(1, len(lines)):
            text = "\n".join(lines[:count]).rstrip(",")
            self.assertEqual(len(json.loads(text + "]")), count - 1)


if __name__ == "__main__":
    unittest.main()
