"""What the demo file-transfer claims:

The first client sends blocks of 4096 bytes, and what is left in the last.
sendfile sends the whole file in one call, and 0 from it is the end.
With MSG_WAITALL the receiver gets whole blocks either way, and 0 when the sender has closed.
What arrives is what was sent, zero bytes and all.
"""

import unittest

from lessons import Lesson, payload

FILE = bytes((65 + i) % 256 for i in range(10000))


class FileTransfer(Lesson):
    demo = "file-transfer"

    def test_the_first_client_sends_block_by_block(self):
        self.assertEqual([c["ret"] for c in self.record.calls("client", "send")], [4096, 4096, 1808])

    def test_sendfile_sends_the_file_in_one_call(self):
        self.assertEqual([c["ret"] for c in self.record.calls("client-2", "sendfile")], [10000, 0])
        self.assertEqual(self.record.calls("client-2", "send"), [])

    def test_the_receiver_gets_whole_blocks_either_way(self):
        for lane in ("server", "server-2"):
            received = self.record.calls(lane, "recv")
            self.assertEqual([c["ret"] for c in received], [4096, 4096, 1808, 0])
            self.assertEqual(b"".join(map(payload, received)), FILE)
            self.assertEqual(self.said(lane).splitlines(), [f"10000 bytes received, sum {sum(FILE)}"])


if __name__ == "__main__":
    unittest.main()
