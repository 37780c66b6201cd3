"""What the demo remote-shell claims:

The server runs each command in a process of its own, which executes a shell.
What a command prints comes back, what it prints to standard error too.
One recv with room for 10 bytes gets half of an answer of 20, cut inside a character.
The other half stays in the receive buffer, and is taken for the answer to the next command.
For a command that prints nothing the server sends nothing.
When nothing is left over either, client and server sleep in recv at the same time.
"""

import unittest

from lessons import Lesson, payload, result, text


class RemoteShell(Lesson):
    demo = "remote-shell"

    def test_each_command_is_a_process_that_executes_a_shell(self):
        births = self.births("fork")
        self.assertEqual(len(births), 4)
        self.assertEqual([lane for lane in births if not lane.startswith("server")], [])
        shells = [line for line in self.record.of("process") if line["what"] == "exec"]
        self.assertEqual(len(shells), 4)
        for shell, command in zip(shells, ("echo 你好世界 server", "echo oops >&2", "true", "true")):
            self.assertTrue(shell["argv"][-1].endswith(command), shell["argv"])

    def test_what_a_command_prints_comes_back_errors_too(self):
        sent = [text(call) for call in self.calls("server", "send")]
        self.assertEqual(sent, ["你好世界 server\n", "oops\n"])

    def test_one_recv_gets_half_an_answer_and_half_a_character(self):
        first = self.calls("client", "recv")[0]
        self.assertEqual(payload(first), "你好世界".encode()[:10])
        with self.assertRaises(UnicodeDecodeError):
            payload(first).decode()
        self.assertEqual(first["queues"]["receive"], 10)  # the other half is still there

    def test_each_answer_comes_one_command_late(self):
        first, second, third = self.calls("client", "recv")[:3]
        self.assertEqual(payload(first) + payload(second), "你好世界 server\n".encode())
        self.assertEqual(payload(third), b"oops\n")

    def test_for_no_output_the_server_sends_nothing(self):
        received = [text(call) for call in self.calls("server", "recv")]
        self.assertEqual(received[2:], ["true\n", "true\n", ""])
        self.assertEqual(len(self.calls("server", "send")), 2)

    def test_at_last_both_sleep_in_recv(self):
        client, server = self.calls("client", "recv")[-1], self.calls("server", "recv")[-1]
        self.assertTrue(self.waited(client) and self.waited(server))
        self.assertTrue(client["restarted"])  # it never returned: SIGTERM came
        self.assertEqual(result(server), 0)  # and the FIN of that woke the server


if __name__ == "__main__":
    unittest.main()
