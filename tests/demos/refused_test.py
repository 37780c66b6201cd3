"""What the demo refused claims:

connect where nobody listens fails with ECONNREFUSED.
The host was reached: its answer to the SYN is a RST.
The socket goes from SYN_SENT back to CLOSED, and there is no connection.
The program says what has failed, and ends with status 1.
"""

import unittest

from lessons import Lesson, result


class Refused(Lesson):
    demo = "refused"

    def test_connect_is_refused(self):
        self.assertEqual(result(self.record.call("connect")), "ECONNREFUSED")

    def test_the_answer_is_a_reset(self):
        rows = sorted(self.record.of("segment"), key=lambda line: line["t"])
        self.assertEqual([line["flags"] for line in rows], [["SYN"], ["RST", "ACK"]])
        self.assertEqual((rows[1]["from"], rows[1]["to"]), (rows[0]["to"], rows[0]["from"]))
        self.assertEqual({line["cause"] for line in rows}, {self.record.call("connect")["n"]})

    def test_the_socket_is_closed_again(self):
        state = self.record.call("connect")["state"]
        self.assertEqual((state["before"], state["after"]), ("CLOSED", "CLOSED"))
        self.assertEqual(self.record.of("connection"), [])

    def test_the_program_says_so_and_ends(self):
        self.assertIn("connect: Connection refused", self.said("client"))
        self.assertEqual(self.exit("client")["status"], 1)


if __name__ == "__main__":
    unittest.main()
