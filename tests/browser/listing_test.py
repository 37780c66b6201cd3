"""The source beside the calls: the line of the call is lit, whoever wrote the file."""

import json
import unittest

import page_test


class Source(page_test.PageTest):
    FILE = "\n".join(["int main(void)", "{"] + [f"\tstep({i}); /* 你好 */ step({i}, again);" for i in range(3, 300)] + ["}", ""])

    def lines(self, text=FILE, file="server.c", **source):
        """The echo, its server's calls made from the lines 100, 110, ..., recv() from 290 each time."""
        listing = {"type": "listing", "t": 0, "file": file, "language": "c", "text": text}
        out, line = [], 90
        for record in self.lines_of("echo"):
            if record["type"] == "call" and record["lane"] == "server":
                line = 290 if record["call"] == "recv" else record["n"] * 10 + 90
                record["source"] = {"language": "c", "file": file, "line": line, **source}
                if listing:
                    out.append(listing)
                    listing = None
            out.append(record)
        return out

    def lit(self, page):
        return page.run("[...document.querySelectorAll('#details .code-line[aria-current=true]')].map("
                        "(line) => line.dataset.number)")

    def raw(self, page, selector):
        return page.run(f"document.querySelector({json.dumps(selector)}).textContent")

    def in_sight(self, page):
        """Waits for it, as the page does for the heights of lines that it never drew."""
        page.wait("(() => { const all = document.querySelector('#details .listing').getBoundingClientRect();"
                  "const box = document.querySelector('#details .lit').getBoundingClientRect();"
                  "return box.top >= all.top && box.bottom <= all.bottom; })()")

    def test_the_line_of_the_call_is_lit_and_in_sight_and_moves_with_the_steps(self):
        page = self.page_of(self.lines(), "#call-1")
        self.assertEqual(self.lit(page), ["100"])
        self.assertEqual(self.raw(page, "#details .lit code"), "\tstep(100); /* 你好 */ step(100, again);")
        self.in_sight(page)
        page.run("document.querySelector('#details .listing').same = true")
        page.key("n")
        self.assertEqual(self.lit(page), ["110"])
        self.in_sight(page)
        page.run("location.hash = '#call-8'")
        page.wait("document.querySelector('#details .lit').dataset.number === '290'")
        self.in_sight(page)
        page.key("Home")
        page.key("n")
        self.assertEqual(self.lit(page), ["100"])
        self.in_sight(page)
        self.assertTrue(page.run("document.querySelector('#details .listing').same"), "it was made anew")

    def test_it_moves_when_the_page_plays(self):
        page = self.page_of(self.lines(), "#call-1")
        page.run("document.getElementById('speed').value = '16'")
        page.key(" ")
        page.wait("(document.querySelector('#details .lit') || { dataset: {} }).dataset.number === '120'")
        page.wait("!document.body.classList.contains('playing')")

    def test_the_calls_columns_are_bytes(self):
        begin = len("\tstep(100); /* 你好 */ ".encode()) + 1
        page = self.page_of(self.lines(column=begin, end_column=begin + len("step(100, again)")), "#call-1")
        self.assertEqual(self.raw(page, "#details .lit mark"), "step(100, again)")
        page.key("n")
        self.assertEqual(page.run("document.querySelectorAll('#details .listing mark').length"), 1)

    def test_lines_that_call_are_marked_and_lead_to_their_next_call(self):
        page = self.page_of(self.lines(), "#call-1")
        marked = "[...document.querySelectorAll('#details .calling')].map((line) => line.dataset.number)"
        count = "document.querySelector('#details .code-line[data-number=\"290\"] .calls').textContent"
        calls = [line for line in self.lines_of("echo") if line.get("lane") == "server" and line["type"] == "call"]
        again = [line["n"] for line in calls if line["call"] == "recv"]
        self.assertEqual(len(again), 2)
        self.assertEqual(page.run(marked), sorted({"290" if line["n"] in again else str(line["n"] * 10 + 90)
                                                   for line in calls}, key=int))
        self.assertEqual(page.run(count), "○")
        page.run("document.querySelector('#details .code-line[data-number=\"290\"] .calls').focus()")
        for n in (*again, again[0]):
            page.run("document.activeElement.click()")
            self.assertEqual(page.text("#details .place a"), f"#{n}")
            self.assertEqual(page.run(count), "●" if n == again[0] else "●2")

    def test_in_a_listing_the_keys_up_and_down_scroll_and_the_others_step(self):
        page = self.page_of(self.lines(), "#call-1")
        page.run("document.querySelector('#details .listing').focus()")
        page.key("PageDown")
        page.key("ArrowDown")
        self.assertEqual(self.lit(page), ["100"])
        page.key("ArrowRight")
        self.assertEqual(self.lit(page), ["110"])
        self.assertTrue(page.run("document.activeElement.matches('.listing')"))

    def test_its_words_are_in_both_languages(self):
        page = self.page_of(self.lines(), "#call-1")
        label = "document.querySelector('#details .lit .calls').getAttribute('aria-label')"
        self.assertEqual(page.run(label), "100; calls so far: 1; to the next call from this line")
        page.key("l")
        self.assertIn("到此行的下一个调用", page.run(label))
        self.assertEqual(page.run("document.querySelector('#details .listing').ariaLabel"), "源代码: server.c")

    def test_a_segment_shows_the_line_of_the_call_that_caused_it(self):
        page = self.page_of(self.lines(), "#call-9")
        for _ in range(10):
            if not self.title(page).startswith("PSH,ACK"):
                page.key("ArrowLeft")
        self.assertEqual(self.lit(page), ["180"])
        self.assertEqual(page.text("#details .source > span"), "server.c:180")

    def test_a_call_that_did_not_return_keeps_its_line(self):
        lines = self.lines()
        call = next(line for line in lines if line.get("call") == "listen")
        begun = {name: value for name, value in call.items() if name in (
            "t", "n", "pid", "tid", "lane", "call", "source")}
        page = self.page_of(lines[:lines.index(call)] + [
            {**begun, "type": "enter", "args": []},
            {"type": "unfinished", "t": call["t"] + 1, "n": call["n"], "why": "killed"}], "#call-3")
        self.assertIn("did not return", self.title(page))
        self.assertEqual(self.lit(page), ["120"])
        self.assertEqual(page.text("#details .source > span"), "server.c:120")

    def test_a_file_that_changed_is_listed_as_it_was_at_each_call(self):
        lines = self.lines()
        at = next(i for i, line in enumerate(lines) if line.get("call") == "listen")
        lines.insert(at, {"type": "listing", "t": 0, "file": "server.c", "language": "c",
                          "text": self.FILE.replace("step", "newer")})
        page = self.page_of(lines, "#call-2")
        self.assertIn("step(110)", self.raw(page, "#details .lit"))
        page.run("location.hash = '#call-3'")
        page.wait("document.querySelector('#details .lit code').textContent.includes('newer(120)')")
        page.run("location.hash = '#call-1'")
        page.wait("document.querySelector('#details .lit code').textContent.includes('step(100)')")

    def test_without_a_listing_there_is_the_line_alone(self):
        lines = [line for line in self.lines(text="x", column=2, end_column=6) if line["type"] != "listing"]
        for line in lines:
            if "source" in line:
                line["source"]["text"] = "\trecv(3);"
        page = self.page_of(lines, "#call-1")
        self.assertEqual(page.run("document.querySelectorAll('.listing').length"), 0)
        self.assertEqual(page.text("#details .source mark"), "recv")

    def test_a_line_that_the_file_does_not_have_lights_nothing(self):
        page = self.page_of(self.lines(text="int main(void)\n"), "#call-1")
        self.assertEqual(self.lit(page), [])
        self.assertEqual(page.run("document.querySelectorAll('#details .code-line').length"), 1)

    def test_hostile_source_is_text(self):
        text = "\n".join(f"{i} {page_test.HOSTILE}" for i in range(1, 300))
        page = self.page_of(self.lines(text=text, file=page_test.HOSTILE, column=1, end_column=40), "#call-1")
        self.assertEqual(self.lit(page), ["100"])
        self.in_sight(page)
        self.assertIn("onerror", self.raw(page, "#details .lit"))
        self.assertIn("\\u202egpj.exe\\x1b[2J", self.raw(page, "#details .lit"))
        page.run("window.print = () => {}; document.getElementById('handout').click();"
                 "window.dispatchEvent(new Event('beforeprint'))")
        self.assertIn("onerror", self.raw(page, "#paper .printed .lit"))
        self.assertEqual(page.run("document.querySelectorAll('img, iframe, object, embed, base').length"), 0)
        self.assertNotIn("pwned", page.run("document.title"))
        for raw in ("\u202e", "\u2066", "\x1b"):
            self.assertNotIn(raw, self.raw(page, "#details") + self.raw(page, "#paper"))

    def test_on_paper_each_file_stands_once_and_each_slide_has_its_lines(self):
        page = self.page_of(self.lines(), "#call-1")
        page.run("window.print = () => {}")
        for kind, seen in (("handout", [str(i) for i in range(1, 301)]), ("slides", ["98", "99", "100", "101", "102"])):
            page.run(f"document.getElementById('{kind}').click(); window.dispatchEvent(new Event('beforeprint'))")
            self.assertEqual(page.run("[...document.querySelector('#paper .listing').children].map("
                                      "(line) => line.dataset.number)"), seen)
            page.run("window.dispatchEvent(new Event('afterprint'))")
        self.assertEqual(self.lit(page), ["100"])

    def test_a_long_file_and_very_many_calls_are_no_trouble(self):
        call = next(line for line in self.lines() if line.get("call") == "socket")
        text = "\n".join(f"call({i});" for i in range(1, 5001))
        many = [self.lines()[0], {"type": "listing", "t": 0, "file": "server.c", "language": "c", "text": text}]
        many += [{**call, "n": n, "t": n * 1000, "source": {**call["source"], "line": n % 50 * 100 + 1}}
                 for n in range(1, 20001)]
        page = self.page_of(many, "#call-15049")
        self.assertEqual(self.lit(page), ["4901"])
        self.in_sight(page)
        page.key("End")
        self.assertEqual(self.lit(page), ["1"])
        self.assertEqual(self.raw(page, "#details .lit .calls"), "●400")
        self.in_sight(page)


if __name__ == "__main__":
    unittest.main()
