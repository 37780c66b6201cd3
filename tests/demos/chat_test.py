"""What the demo chat claims:

Each line arrives as one message, byte for byte.
The two sides speak in turn, the client first: nobody sends twice without having heard.
The word exit ends nothing by itself: its hearer gets it as five bytes, and then zero bytes.
Who says exit closes first, and its end of the connection is left in TIME_WAIT.
"""

import unittest

from lessons import Lesson, result, text


class Chat(Lesson):
    demo = "chat"

    def lines(self, lane, name):
        return [text(call) for call in self.calls(lane, name) if result(call) > 0]

    def test_each_line_arrives_as_one_message(self):
        self.assertEqual(
            self.lines("client", "send"), ["hello, who is there?\n", "I must go now\n", "exit\n"]
        )
        self.assertEqual(self.lines("server", "recv"), self.lines("client", "send"))
        self.assertEqual(self.lines("server", "send"), ["你好, I am the server\n", "goodbye\n"])
        self.assertEqual(self.lines("client", "recv"), self.lines("server", "send"))

    def test_the_two_sides_speak_in_turn_the_client_first(self):
        def turns(lane):
            return [call["call"] for call in self.calls(lane, "send", "recv")]

        self.assertEqual(turns("client"), ["send", "recv", "send", "recv", "send"])
        self.assertEqual(turns("server"), ["recv", "send", "recv", "send", "recv", "recv"])

    def test_exit_is_five_bytes_and_then_come_zero(self):
        last = self.calls("server", "recv")[-2:]
        self.assertEqual([result(call) for call in last], [5, 0])
        self.assertEqual(last[-1]["state"]["after"], "CLOSE_WAIT")

    def test_who_says_exit_is_left_in_time_wait(self):
        self.assertEqual(self.ends("client")[0]["states"][-1], "TIME_WAIT")
        self.assertNotIn("TIME_WAIT", self.ends("server")[0]["states"])


if __name__ == "__main__":
    unittest.main()
