"""The format pcapng, read by Wireshark's own reader: the packets are real, and know their calls."""

import base64
import json
import os
import pty
import random
import subprocess
import tempfile
import unittest

from tampered import tampered
from traced import BUILD, PYTHON, Record, needs, run

ROUNDS = 12
# An ordinary user, who sees the wire of a network of its own and no other.
ORDINARY = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
# Both ends in one program; what they do is appended.
PAIR = """
import socket
server = socket.create_server((HOST, 0), family=FAMILY)
client = socket.create_connection(server.getsockname()[:2])
conn, _ = server.accept()
"""
IPV4 = "HOST, FAMILY = '127.0.0.1', 2\n" + PAIR
IPV6 = "HOST, FAMILY = '::1', 10\n" + PAIR
CLOSE = "client.close(); conn.recv(1); conn.close(); server.close()\n"


class Packets(unittest.TestCase):
    def setUp(self):
        needs("tshark", "capinfos")
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="socktrace-"))
        os.chmod(self.folder, 0o777)
        self.path = os.path.join(self.folder, "run.pcapng")
        self.recording = os.path.join(self.folder, "run.jsonl")

    def traced(self, *arguments, **options):
        done = run("-o", self.path, "-o", self.recording, *arguments, **options)
        if done.returncode == 125 and "namespace" in done.stderr:
            self.skipTest(done.stderr.strip())
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def replayed(self, lines):
        """What a replay of these lines makes; the process, and the file's path."""
        again = os.path.join(self.folder, "again.pcapng")
        with open(os.path.join(self.folder, "again.jsonl"), "w", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
        return run("--replay", file.name, "-o", again), again

    def tshark(self, *arguments, path=None):
        command = ["tshark", "-n", "-r", path or self.path, *arguments]
        done = subprocess.run(command, check=False, timeout=60, capture_output=True,
                              env={**os.environ, "HOME": self.folder}, cwd=self.folder)
        errors = [line for line in done.stderr.decode().splitlines()
                  if not line.startswith("Running as user")]
        self.assertEqual((done.returncode, errors), (0, []))
        return done.stdout.decode()

    def fields(self, *names, path=None, only="frame"):
        """A tuple of these fields for each packet."""
        wanted = [word for name in names for word in ("-e", name)]
        text = self.tshark("-Y", only, "-T", "fields", "-E", "separator=\x1f", *wanted, path=path)
        return [tuple(line.split("\x1f")) for line in text.splitlines()]

    def comments_of_section(self, path=None):
        text = subprocess.run(["capinfos", path or self.path], check=True, timeout=60,
                              capture_output=True).stdout.decode()
        return [line.split(":", 1)[1].strip() for line in text.splitlines()
                if line.startswith("Capture comment")]


class Echo(Packets):
    """The demo, by an ordinary user."""

    def setUp(self):
        super().setUp()
        self.traced("--demo", "echo", **ORDINARY)
        self.record = Record(self.recording)

    def test_each_segment_of_the_record_is_a_packet_with_its_numbers_and_time(self):
        packets = self.fields("frame.time_epoch", "tcp.srcport", "tcp.dstport", "tcp.seq_raw",
                              "tcp.len", "tcp.flags", "frame.cap_len", "frame.len")
        segments = self.record.of("segment")
        bits = {name: 1 << i for i, name in
                enumerate(("FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"))}
        self.assertEqual(len(packets), len(segments))
        self.assertGreater(len(segments), 8)
        first = float(packets[0][0]) - segments[0]["t"] / 1e9
        for packet, segment in zip(packets, segments):
            self.assertAlmostEqual(float(packet[0]) - first, segment["t"] / 1e9, places=5)
            self.assertEqual(packet[1], segment["from"].split(":")[1])
            self.assertEqual(packet[2], segment["to"].split(":")[1])
            self.assertEqual(int(packet[3]), segment["seq"])
            self.assertEqual(int(packet[4]), segment["length"])
            self.assertEqual(int(packet[5], 16), sum(bits[flag] for flag in segment["flags"]))
            self.assertEqual(packet[6], packet[7])

    def test_wireshark_finds_nothing_wrong_with_the_connection(self):
        self.assertEqual(self.fields("frame.number", only="tcp.analysis.flags"), [])
        self.assertEqual(self.fields("frame.number", only="_ws.malformed"), [])
        self.assertEqual({stream for stream, in self.fields("tcp.stream")}, {"0"})
        # Seen from its SYN to its FINs: 1 + 2 + 4 + 8 + 16 + 0.
        self.assertEqual(self.fields("tcp.completeness")[-1], ("31",))

    def test_the_payload_is_found_by_following_the_stream(self):
        text = self.tshark("-q", "-z", "follow,tcp,raw,0")
        said = "你好".encode().hex()
        self.assertEqual([line.strip() for line in text.splitlines() if said in line], [said, said])

    def test_each_packet_has_the_call_that_caused_it(self):
        comments = self.fields("frame.comment")
        for segment, (comment,) in zip(self.record.of("segment"), comments):
            if "cause" not in segment:
                self.assertEqual(comment, "")
                continue
            (call,) = [line for line in self.record.of("call") if line["n"] == segment["cause"]]
            self.assertTrue(comment.startswith(f"{call['lane']} #{call['n']} {call['call']}("))
            self.assertIn("; python " + call["python"]["code"], comment)

    def test_the_handshake_is_connects_and_tells_the_states_of_both_ends(self):
        connect = self.record.call("connect")
        expected = (f"client #{connect['n']} connect(3, 127.0.0.1:8000) = 0; "
                    "python sock.connect(('127.0.0.1', 8000)); "
                    "client CLOSED -> SYN_SENT -> ESTABLISHED, server SYN_RCVD -> ESTABLISHED")
        found = self.fields("frame.comment", only="tcp.flags.syn == 1")
        self.assertEqual(found, [(expected,), (expected,)])

    def test_the_data_is_sends(self):
        found = self.fields("frame.comment", only="tcp.len > 0")
        self.assertRegex(found[0][0], r'^client #\d+ send\(3, "你好", 6, 0\) = 6; '
                         r"python sock\.send\('你好'\.encode\(\)\)  # 6 bytes; ESTABLISHED$")
        self.assertRegex(found[1][0], r'^server #\d+ send\(4, "你好", 6, 0\) = 6; ')

    def test_the_section_names_the_programs(self):
        self.assertEqual(self.comments_of_section(),
                         [" ".join(argv) for argv in self.record.lines[0]["command"]])

    def test_a_replay_makes_the_same_file(self):
        done, again = self.replayed(self.record.lines)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        with open(self.path, "rb") as one, open(again, "rb") as other:
            self.assertEqual(one.read(), other.read())

    def test_a_recording_without_packets_gives_none(self):
        for line in self.record.of("segment"):
            del line["packet"]
        done, again = self.replayed(self.record.lines)
        why = "no packets: the recording has their headers, but not their bytes"
        self.assertEqual((done.returncode, done.stderr), (0, f"socktrace: {again}: {why}\n"))
        self.assertEqual(self.fields("frame.number", path=again), [])
        self.assertEqual(self.comments_of_section(again)[-1], why)

    def test_some_packets_missing_are_counted(self):
        segments = self.record.of("segment")
        del segments[3]["packet"]
        done, again = self.replayed(self.record.lines)
        self.assertEqual(done.stderr, f"socktrace: {again}: "
                         "1 packet is missing: the recording does not have its bytes\n")
        self.assertEqual(len(self.fields("frame.number", path=again)), len(segments) - 1)


class Others(Packets):
    def script(self, text, *options, **more):
        self.traced("--isolate", *options, PYTHON, "-c", text, **more)

    def test_ipv6(self):
        self.script(IPV6 + "client.send(b'six'); conn.recv(3)\n" + CLOSE, **ORDINARY)
        packets = self.fields("ipv6.src", "tcp.flags.syn")
        self.assertEqual(packets[:2], [("::1", "1"), ("::1", "1")])
        self.assertIn(b"six".hex(), self.tshark("-q", "-z", "follow,tcp,raw,0"))

    def test_datagrams_have_the_calls_that_sent_them(self):
        self.traced("--demo", "udp-oneway", **ORDINARY)
        packets = self.fields("udp.length", "frame.comment", only="udp")
        self.assertEqual(len(packets), len(Record(self.recording).of("segment")))
        self.assertTrue(any('sendto(3, "你好", 6, 0, 127.0.0.1:9000) = 6' in comment and
                            length == "14" for length, comment in packets), packets)

    def test_what_a_link_would_not_carry_in_one_piece_is_whole(self):
        self.script(IPV4 + "data = bytes(range(256)) * 80\n"
                    "for i in range(20):\n"
                    "    client.sendall(data); conn.recv(len(data), socket.MSG_WAITALL)\n" + CLOSE,
                    **ORDINARY)
        self.assertEqual(self.fields("frame.number", only="frame.len != frame.cap_len"), [])
        longest = max(int(length) for length, in self.fields("frame.len"))
        self.assertGreater(longest, 10000)
        text = self.tshark("-q", "-z", "follow,tcp,raw,0")
        sent = "".join(line for line in text.splitlines() if line and not set(line) - set("0123456789abcdef"))
        self.assertEqual(bytes.fromhex(sent), bytes(range(256)) * 80 * 20)

    def test_no_more_payload_is_kept_than_asked_for(self):
        self.script(IPV4 + "client.send(b'SECRET PASSWORD'.lower()); conn.recv(100)\n" + CLOSE,
                    "--capture=6", **ORDINARY)
        (found,) = self.fields("tcp.len", "frame.len", "frame.cap_len", only="tcp.len > 0")
        self.assertEqual((found[0], int(found[1]) - int(found[2])), ("15", 9))
        for path in self.path, self.recording:
            with open(path, "rb") as file:
                whole = file.read()
            self.assertNotIn(b"password", whole)
        for segment in Record(self.recording).of("segment"):
            packet = base64.b64decode(segment["packet"]["base64"])
            self.assertEqual(len(packet), segment["packet"]["captured"])
            self.assertNotIn(b"password", packet)

    def test_a_refused_connect_and_its_reset(self):
        self.script("import socket\ns = socket.socket()\ns.connect_ex(('127.0.0.1', 9))\n", **ORDINARY)
        packets = self.fields("tcp.flags.reset", "frame.comment")
        self.assertEqual([flag for flag, _ in packets], ["0", "1"])
        for _, comment in packets:
            self.assertRegex(comment, r" #\d+ connect\(3, 127\.0\.0\.1:9\) = -1 ECONNREFUSED; "
                             r"python sock\.connect\(\('127\.0\.0\.1', 9\)\)  # ConnectionRefusedError")


class Without(Packets):
    def expect_none(self, why, *arguments):
        done = self.traced(*arguments)
        self.assertIn(f"socktrace: {self.path}: {why}\n", done.stderr)
        self.assertEqual(self.fields("frame.number"), [])
        self.assertEqual(self.comments_of_section()[-1], why)

    def test_without_a_wire_there_is_no_packet_and_both_say_why(self):
        self.expect_none("no packets: nobody looked at the wire; --isolate shows it, or --wire as root",
                         PYTHON, "-c", IPV4 + CLOSE)

    def test_where_nothing_passes_they_say_so(self):
        self.expect_none("no packets: nothing of the traced sockets passed the wire",
                         "--isolate", PYTHON, "-c", "import socket; socket.socketpair()")

    def test_a_terminal_gets_no_packets(self):
        master, slave = pty.openpty()
        done = run("--format", "pcapng", "-o", "-", "true", stdout=slave, stderr=subprocess.PIPE)
        os.close(slave)
        try:
            shown = os.read(master, 100)
        except OSError:  # EIO: nothing was written, and nobody will
            shown = b""
        os.close(master)
        self.assertEqual((done.returncode, shown), (125, b""))
        self.assertIn("is a terminal, and the format is no text", done.stderr.splitlines()[0])


class Hostile(Packets):
    def test_wireshark_reads_whatever_records_hold(self):
        writer = os.path.join(BUILD, "tests", "programs", "random_records")
        for seed in range(6):
            with open(self.path, "wb") as file:
                subprocess.run([writer, "pcapng", str(seed), "3000"], check=True, timeout=60,
                               stdout=file)
            comments = self.fields("frame.number", "frame.comment")
            self.assertGreater(len(comments), 50)
            for _, comment in comments:
                self.assertTrue(comment.isprintable(), comment)

    def test_and_whatever_a_stranger_makes_of_a_recording(self):
        self.traced("--demo", "echo")
        with open(self.recording, encoding="utf-8") as file:
            text = file.read()
        read = 0
        for seed in range(ROUNDS):
            rng = random.Random(seed)
            lines = [json.loads(line) for line in tampered(rng, text).splitlines()]
            for line in lines:
                if line["type"] == "segment" and rng.random() < 0.5:
                    packet = bytearray(base64.b64decode(line["packet"]["base64"]))
                    packet[rng.randrange(len(packet))] = rng.randrange(256)
                    packet += rng.randbytes(rng.choice((0, 1, 2, 3, 300000)))
                    line["packet"]["base64"] = base64.b64encode(packet).decode()
                    line["packet"]["length"] = len(packet) + rng.choice((0, 1, 2**32, 2**40))
                    line["t"] = rng.choice((line["t"], 0, 2**62))
                    line["cause"] = rng.choice((1, 6, 7, 2**40))
            done, again = self.replayed(lines)
            if done.returncode == 0:
                read += 1
                found = self.fields("frame.number", path=again)
                self.assertEqual(len(found), len([x for x in lines if x["type"] == "segment"]))
        self.assertGreater(read, ROUNDS // 2)


if __name__ == "__main__":
    unittest.main()
