"""What the demo select-server claims:

All three servers answer the second client while the first one is still connected.
Each of them is one process without threads.
select, poll and epoll_wait say which socket has something, and no other call of a server waits.
select and poll are asked with all sockets each time, epoll is told of each once.
The listening socket is one among the others: readable means that accept will not wait.
"""

import unittest

from lessons import Lesson, value

SERVERS = {
    "server_select": ("pselect6", "client", "client-2"),
    "server_poll": ("poll", "client-3", "client-4"),
    "server_epoll": ("epoll_wait", "client-5", "client-6"),
}


class SelectServer(Lesson):
    demo = "select-server"

    def test_the_second_client_is_answered_while_the_first_is_there(self):
        for server, (_, first, second) in SERVERS.items():
            answered = self.record.calls(second, "recv")[0]
            self.assertLess(self.record.call("connect", first)["n"], answered["n"])
            self.assertLess(answered["t"], self.record.call("send", first)["t"])
        self.assertEqual(self.births("fork", "thread"), [])

    def test_nothing_but_select_poll_and_epoll_wait_waits(self):
        waited = [e for e in self.record.of("enter") if e["lane"] in SERVERS]
        self.assertEqual({e["call"] for e in waited}, {call for call, _, _ in SERVERS.values()})

    def test_each_call_on_a_socket_follows_the_word_that_it_is_ready(self):
        for server, (wait, _, _) in SERVERS.items():
            names = self.record.names(server)
            for before, name in zip(names, names[1:]):
                if name in ("accept", "recv"):
                    self.assertEqual(before, wait)

    def test_poll_is_asked_with_all_and_epoll_told_once(self):
        sizes = [value(c, "nfds") for c in self.record.calls("server_poll", "poll")]
        self.assertEqual(max(sizes), 3)
        self.assertEqual(sizes[0], 1)
        told = [value(c, "fd") for c in self.record.calls("server_epoll", "epoll_ctl")]
        self.assertEqual(told, [3, 5, 6])


if __name__ == "__main__":
    unittest.main()
