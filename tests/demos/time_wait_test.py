"""What the demo time-wait claims:

Whoever closes first goes through FIN_WAIT_1 to TIME_WAIT, client or server.
The other end goes through CLOSE_WAIT and LAST_ACK, and is gone at once.
The kernel keeps it after its program has ended, for 60 seconds.
With the client in TIME_WAIT the server can be started again, with the server in it it cannot.
"""

import unittest

from lessons import Lesson

WAITS = ["FIN_WAIT_1", "TIME_WAIT"]
GOES = ["CLOSE_WAIT", "LAST_ACK", "CLOSED"]


class TimeWait(Lesson):
    demo = "time-wait"
    options = ("--linger=1",)

    def closing(self, lane):
        """From the first FIN on. Without FIN_WAIT_2, which an end passes in no time when the
        other one closes at once."""
        path = self.states(lane)
        path = path[path.index("ESTABLISHED") + 1:]
        return [state for state in path if state != "FIN_WAIT_2"]

    def test_the_client_that_closes_first_waits(self):
        self.assertEqual(self.closing("client"), WAITS)
        self.assertEqual(self.closing("server"), GOES)

    def test_the_server_that_closes_first_waits(self):
        self.assertEqual(self.closing("server-2"), WAITS)
        self.assertEqual(self.closing("client-2"), GOES)

    def test_only_the_server_in_time_wait_keeps_the_next_one_from_its_port(self):
        binds = [(call["lane"], call.get("errno")) for call in self.record.calls(name="bind")]
        self.assertEqual(binds, [("server", None), ("server-2", None),
                                 ("server-3", "EADDRINUSE")])

    def test_both_are_kept_for_sixty_seconds_when_their_programs_have_ended(self):
        table, = [line for line in self.record.of("sockets") if line["why"] == "linger"]
        rows = {row["socket"]["local"] == "127.0.0.1:8000": row for row in table["sockets"]}
        self.assertEqual(set(rows), {True, False})
        for row in rows.values():
            self.assertEqual(row["state"], "TIME_WAIT")
            self.assertTrue(50000 < row["expires"] <= 60000, row)


if __name__ == "__main__":
    unittest.main()
