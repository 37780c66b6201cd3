"""What the demo empty-message claims:

A send of zero bytes succeeds, and returns zero.
It puts no segment on the wire.
After it both ends sleep in recv at the same time.
Only the end of the client wakes the server: its recv returns zero, which is the FIN.
"""

import unittest

from lessons import Lesson, result, returned


class EmptyMessage(Lesson):
    demo = "empty-message"

    def empty_send(self):
        return self.calls("client", "send")[1]

    def test_a_send_of_zero_bytes_succeeds(self):
        self.assertEqual([result(call) for call in self.calls("client", "send")], [5, 0])

    def test_it_puts_no_segment_on_the_wire(self):
        caused = [s for s in self.record.of("segment") if s.get("cause") == self.empty_send()["n"]]
        self.assertEqual(caused, [])
        data = [s for s in self.record.of("segment") if s["length"]]
        self.assertEqual([s["length"] for s in data], [5, 5])  # the message before, and its echo

    def test_after_it_both_sleep_in_recv(self):
        client = self.calls("client", "recv")[1]
        server = self.calls("server", "recv")[1]
        for call in (client, server):
            self.assertTrue(self.waited(call))
        self.assertTrue(client["restarted"])  # it never returned: SIGTERM came
        self.assertGreater(returned(server), returned(client))

    def test_only_the_clients_end_wakes_the_server(self):
        last = self.calls("server", "recv")[-1]
        self.assertEqual(result(last), 0)
        self.assertEqual(last["state"]["after"], "CLOSE_WAIT")
        self.assertIn("the client has closed", self.said("server"))


if __name__ == "__main__":
    unittest.main()
