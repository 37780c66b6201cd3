"""What is often taught and is not so on Linux: each has a topic of --explain that says how it is,
and a demo or a rule that shows it. The demos' own tests and those of the rules hold the kernel to it.
"""

import os
import sys
import unittest

if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from traced import run

# What is often taught | the topic | words that its text has | a demo or rule that shows it
TAUGHT = (
    ("backlog full: the client is refused", "backlog", "gets no ECONNREFUSED", "backlog"),
    ("listen(5) means five", "backlog", "six after listen(fd, 5)", "backlog"),
    ("10 keepalive probes", "SO_KEEPALIVE", "tcp_keepalive_probes", "keepalive"),
    ("recv(1024) loses the rest", "buffers", "Bytes that recv() does not take stay", "remote-shell"),
    ("SO_REUSEADDR, done", "SO_REUSEADDR", "both|old", "bind-time-wait-old-socket"),
    ("EADDRINUSE is for macOS", "EADDRINUSE", "TIME_WAIT", "address-in-use"),
    ("tcp_fin_timeout shortens TIME_WAIT", "TIME_WAIT", "does not shorten", "time-wait"),
    ("a client that is killed raises / gives zero", "reset", "unread", "client-killed"),
    ("FIN and ACK are never merged", "four-way-close", "three segments are enough", "time-wait"),
    ("the client closes", "four-way-close", "whoever closes first", "time-wait"),
    ("an empty message is sent", "message-framing|send|why", "nothing", "empty-message"),
    ("binary data cannot be decoded", "bytes-and-text", "bytes", "remote-shell"),
    ("send() beyond the buffer loses", "buffers|flow-control", "wait", "big-send"),
    ("tcp_max_syn_backlog is the limit", "syn-queue", "whatever net.ipv4.tcp_max_syn_backlog",
     "syn-queue"),
    ("during a flood the server is in SYN_RCVD", "syn-flood", "stays in LISTEN", "syn-queue"),
    ("x and y identify the ends", "three-way-handshake", "do not identify", "echo"),
    ("TCP's port is 80", "well-known-ports", "HTTP", "http"),
    ("a FIFO of messages", "buffers", "not of messages", "sticky"),
    ("without accept no channel", "three-way-handshake", "needs no accept", "no-accept"),
    ("accept waits for a process", "accept", "connection", "one-client"),
    ("terminal and socket need processes", "poll|select", "several|many|more than one",
     "poll-chat"),
    ("ports 0 to 1023 need root", "well-known-ports", "needs no right", "privileged-port"),
    ("HTTP is short", "short-and-long-connections", "persistent", "http"),
    ("keepalive runs", "keepalive", "off unless SO_KEEPALIVE", "keepalive"),
    ("sent again every 5 to 10 s", "retransmission", "doubles each time", "half-open"),
    ("recv returns a string", "bytes-and-text", "bytes", "echo"),
    ("close() may be left out", "close", "FIN|freed", "eof-loop"),
    ("a lost client raises", "recv", "zero|0 bytes|b''", "eof-loop"),
    ("half-open means SYN_RCVD", "half-open", "SYN queue", "half-open"),
)


class Taught(unittest.TestCase):
    def test_each_topic_says_how_it_is(self):
        for claim, topics, words, _ in TAUGHT:
            text = " ".join(" ".join(run("--explain", topic, "--lang=en").stdout.split())
                            for topic in topics.split("|"))
            with self.subTest(claim):
                self.assertRegex(text, words.replace("(", r"\(").replace(")", r"\)"))

    def test_each_is_shown_by_a_demo_or_a_rule(self):
        shown = {line.split()[0] for what in ("demos", "rules")
                 for line in run("--list", what).stdout.splitlines()}
        self.assertLessEqual({row[3] for row in TAUGHT}, shown)


if __name__ == "__main__":
    unittest.main()
