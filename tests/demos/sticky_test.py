"""What the demo sticky claims:

Three sends lie in the receive buffer before the server receives.
Its first recv gives all of two sends and the beginning of the third, its second the rest: nothing is lost.
With the length in front, each recv gets exactly what it asks for, and each message is whole.
The length is four bytes in network byte order.
"""

import unittest

from lessons import Lesson, payload, returned

MESSAGES = [b"good", b"morning", b"everybody in the room"]


class Sticky(Lesson):
    demo = "sticky"

    def test_everything_is_there_before_the_server_receives(self):
        for client, server in (("client", "server"), ("client-2", "server-2")):
            sent, received = self.record.calls(client, "send"), self.record.calls(server, "recv")
            self.assertLess(returned(sent[-1]), received[0]["t"])
            self.assertEqual(sum(c["ret"] for c in sent), sum(c["ret"] for c in received))

    def test_one_recv_gives_parts_of_three_sends_and_the_next_the_rest(self):
        self.assertEqual([payload(c) for c in self.record.calls("client", "send")], MESSAGES)
        received = [payload(c) for c in self.record.calls("server", "recv")]
        self.assertEqual(received, [b"goodmorningevery", b"body in the room", b""])
        sends = [c["n"] for c in self.record.calls("client", "send")]
        first, second = (c["from"] for c in self.record.calls("server", "recv")[:2])
        self.assertEqual([part["n"] for part in first], sends)
        self.assertEqual([part["n"] for part in second], sends[-1:])

    def test_with_the_length_in_front_each_message_is_whole(self):
        framed = [len(m).to_bytes(4, "big") + m for m in MESSAGES]
        self.assertEqual([payload(c) for c in self.record.calls("client-2", "send")], framed)
        asked = [c for c in self.record.calls("server-2", "recv") if c["ret"]]
        expected = [part for m in MESSAGES for part in (len(m).to_bytes(4, "big"), m)]
        self.assertEqual([payload(c) for c in asked], expected)
        said_last = self.said("server-2").splitlines()[-3:]
        self.assertEqual(said_last, [f"message: {m.decode()}" for m in MESSAGES])


if __name__ == "__main__":
    unittest.main()
