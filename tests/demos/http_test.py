"""What the demo http claims:

A request is a request line, headers and an empty line.
The answer is a status line, headers, an empty line and a body as long as Content-Length says.
A page that is not there is answered by 404, which is no error of the socket.
After "Connection: close" the server closes: the client's recv returns zero.
With keep-alive three requests are answered on one connection.
"""

import unittest

from lessons import Lesson, payload


def parts(message):
    head, _, body = message.partition(b"\r\n\r\n")
    first, *headers = head.split(b"\r\n")
    return first, dict(line.split(b": ") for line in headers), body


class Http(Lesson):
    demo = "http"

    def answers(self, lane):
        return [payload(c) for c in self.record.calls(lane, "recv") if c["ret"]]

    def test_a_request_ends_with_an_empty_line(self):
        first, headers, body = parts(payload(self.record.call("send", "client")))
        self.assertEqual(first, b"GET / HTTP/1.1")
        self.assertEqual(headers, {b"Host": b"127.0.0.1", b"Connection": b"close"})
        self.assertEqual(body, b"")

    def test_the_body_is_as_long_as_content_length_says(self):
        for lane, number in (("client", 1), ("client-2", 1), ("client-3", 3)):
            answers = self.answers(lane)
            self.assertEqual(len(answers), number)
            for answer in answers:
                _, headers, body = parts(answer)
                self.assertEqual(int(headers[b"Content-Length"]), len(body))

    def test_a_missing_page_is_an_answer_and_no_error(self):
        self.assertEqual(parts(self.answers("client")[0])[0], b"HTTP/1.1 200 OK")
        self.assertEqual(parts(self.answers("client-2")[0])[0], b"HTTP/1.1 404 Not Found")
        self.assertEqual([c for c in self.record.calls("client-2") if "errno" in c], [])

    def test_the_server_closes_after_connection_close(self):
        for lane in ("client", "client-2", "client-3"):
            self.assertEqual(self.record.calls(lane, "recv")[-1]["ret"], 0)
        for connection in self.record.of("connection"):
            client, server = connection["ends"]
            self.assertEqual(client["states"][-3:], ["CLOSE_WAIT", "LAST_ACK", "CLOSED"])
            self.assertEqual(server["states"][-1], "TIME_WAIT")

    def test_three_requests_are_answered_on_one_connection(self):
        self.assertEqual(len(self.record.calls("client-3", "connect")), 1)
        wanted = [b"keep-alive", b"keep-alive", b"close"]
        self.assertEqual([parts(a)[1][b"Connection"] for a in self.answers("client-3")], wanted)

    def test_the_client_labels_the_parts(self):
        labels = [line.split("  ")[0].split(":")[0] for line in self.said("client").splitlines()]
        expected = ["request line", "header", "header", "empty line", "body"]
        expected += ["status line", "header", "header", "empty line", "body"]
        self.assertEqual(labels, expected + ["the server has closed"])


if __name__ == "__main__":
    unittest.main()
