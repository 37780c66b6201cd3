"""What the demo fork-server claims:

The second client is answered while the first one is still connected.
Each client is served by a child process of its own.
The child closes the listening socket and the parent the connection, and neither close sends a segment.
The FIN leaves when the child ends.
"""

import unittest

from lessons import Lesson


class ForkServer(Lesson):
    demo = "fork-server"

    def test_the_second_client_is_answered_while_the_first_is_there(self):
        answered = self.record.calls("client-2", "recv")[0]
        self.assertLess(self.record.call("connect", "client")["n"], answered["n"])
        self.assertLess(answered["t"], self.record.call("send", "client")["t"])

    def test_each_client_is_served_by_a_child_of_its_own(self):
        self.assertEqual(self.births("fork"), ["server-2", "server-3"])
        first, second = self.record.calls("server", "accept")[:2]
        for child, connection in (("server-2", first), ("server-3", second)):
            self.assertEqual(
                self.record.call("send", child)["socket"]["id"], connection["socket"]["id"])
        self.assertEqual(self.record.calls("server", "recv"), [])

    def test_neither_parent_nor_child_ends_anything_by_closing_its_copy(self):
        causes = {s.get("cause") for s in self.record.of("segment")}
        closed = [c for lane in ("server", "server-2", "server-3") for c in self.record.calls(lane, "close")]
        self.assertEqual(len(closed), 4)
        self.assertEqual([c for c in closed if c["n"] in causes], [])

    def test_the_fin_leaves_when_the_child_ends(self):
        for client in ("client", "client-2"):
            self.assertEqual(self.record.calls(client, "recv")[-1]["ret"], 0)
        for child in ("server-2", "server-3"):
            self.assertEqual(self.exit(child)["status"], 0)


if __name__ == "__main__":
    unittest.main()
