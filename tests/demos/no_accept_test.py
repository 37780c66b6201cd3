"""What the demo no-accept claims:

Nobody calls accept, and connect and send succeed.
The connection waits in the accept queue: one of six, and ESTABLISHED at the server's end.
The server's kernel acknowledges the data that no program has asked for.
When the server ends, its kernel resets the waiting connection: recv fails with ECONNRESET.
"""

import unittest

from lessons import Lesson, result


class NoAccept(Lesson):
    demo = "no-accept"

    def test_connect_and_send_succeed_without_accept(self):
        self.assertEqual(self.calls("server", "accept"), [])
        self.assertEqual(
            [result(call) for call in self.calls("client", "connect", "send")], [0, 18]
        )

    def test_the_connection_waits_in_the_queue_established(self):
        (connect,) = self.calls("client", "connect")
        self.assertEqual(connect["queues"]["accept"], 1)
        self.assertEqual(connect["queues"]["backlog"], 5)
        self.assertEqual(connect["state"]["peer"]["after"], "ESTABLISHED")

    def test_the_kernel_acknowledges_what_nobody_has_read(self):
        acknowledged = [
            line["relative"].get("ack")
            for line in self.record.of("segment")
            if line["from"] == "127.0.0.1:8000" and "ACK" in line["flags"]
        ]
        self.assertIn(19, acknowledged)  # 18 bytes, and one for the SYN

    def test_the_servers_end_resets_it(self):
        (recv,) = self.calls("client", "recv")
        self.assertEqual(result(recv), "ECONNRESET")
        (connection,) = self.record.of("connection")
        self.assertEqual(connection["closed"], "reset")
        flags = [line["flags"] for line in self.record.of("segment")]
        self.assertIn(["RST", "ACK"], flags)
        self.assertFalse(any("FIN" in names for names in flags))


if __name__ == "__main__":
    unittest.main()
