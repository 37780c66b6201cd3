"""What the demo file-descriptor claims:

read and write work on a socket as recv and send without flags do.
Each end says of its descriptor that it is a socket, and which number it has.
Two lines that arrive in one read are two lines for the stream, and both answers leave in one write.
close of one of two descriptors of a connection sends nothing.
The FIN leaves when the last descriptor is closed.
"""

import unittest

from lessons import Lesson, payload, value


class FileDescriptor(Lesson):
    demo = "file-descriptor"

    def test_read_and_write_move_bytes_as_recv_and_send_do(self):
        sent, received = self.record.call("write", "client"), self.record.calls("server", "read")
        self.assertIn("sock.send(", sent["python"]["code"])
        self.assertEqual(payload(received[0]), payload(sent))
        self.assertEqual([c["ret"] for c in received], [21, 0])
        for name in ("send", "sendto", "recv", "recvfrom"):
            self.assertEqual(self.record.calls(name=name), [])

    def test_a_socket_is_a_number_among_the_open_files(self):
        self.assertEqual(self.said("client").splitlines()[0], "descriptor 3: a socket? yes")
        self.assertEqual(self.said("server").splitlines()[0], "the connection is descriptor 4")

    def test_both_answers_leave_in_one_write(self):
        self.assertEqual(payload(self.record.call("write", "server")), b"1: two lines,\n2: one write\n")

    def test_close_of_one_of_two_descriptors_sends_nothing(self):
        copy = self.record.call("dup", "server")
        first, second = self.record.calls("server", "close")[:2]
        self.assertEqual((value(first, "fd"), value(second, "fd")), (4, copy["ret"]))
        self.assertEqual(first["socket"]["id"], second["socket"]["id"])
        self.assertEqual(first["state"]["after"], first["state"]["before"])
        fins = [s for s in self.record.of("segment") if "FIN" in s["flags"] and s["from_lane"] == "server"]
        self.assertEqual([s["cause"] for s in fins], [second["n"]])


if __name__ == "__main__":
    unittest.main()
