"""The page in a browser: what one clicks, types and sees; nothing hostile runs, nothing leaves."""

import json
import os
import tempfile
import unittest

import cdp
import picture
from traced import run

FOLDER = os.path.dirname(os.path.abspath(__file__))

HOSTILE = ("</script><script>document.title='pwned'</script><img src=x onerror=\"document.title='pwned'\">"
           "\u202egpj.exe\x1b[2J\u2066")


class PageTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="socktrace-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.browser = cdp.Browser()
        cls.addClassCleanup(cls.browser.close)

    def page_of(self, recording, link="", loud=False, **how):
        """The page of a recording (its name, or lines), open. At the end nothing may have gone
        wrong in it (unless that is what is tested: loud)."""
        path = os.path.join(self.folder.name, "in.jsonl")
        if isinstance(recording, str):
            path = os.path.join(FOLDER, "recordings", recording + ".jsonl")
        else:
            with open(path, "w", encoding="utf-8") as file:
                file.writelines(json.dumps(line) + "\n" for line in recording)
        out = os.path.join(self.folder.name, "out.html")
        done = run("--replay", path, "-o", out)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.address = f"file://{out}"
        page = self.browser.page(self.address + link, **how)
        self.addCleanup(page.close)
        if not loud:
            self.addCleanup(self.quiet, page)
        return page

    def lines_of(self, name):
        with open(os.path.join(FOLDER, "recordings", name + ".jsonl"), encoding="utf-8") as file:
            return [json.loads(line) for line in file]

    def title(self, page):
        return page.text("#details h2")

    def quiet(self, page):
        """Nothing went wrong in it, and it asked for nothing but itself."""
        self.assertNotIn("undefined", page.run("document.body.innerText"))
        self.assertEqual(page.errors(), [])
        self.assertEqual({url.split("#")[0] for url in page.requests()}, {self.address})


class Steps(PageTest):
    def test_a_link_leads_to_its_call(self):
        page = self.page_of("echo", "#call-6")
        self.assertEqual(self.title(page), "connect(3, 127.0.0.1:8000) = 0")
        page.run("location.hash = '#call-3'")
        page.wait("document.querySelector('#details h2').textContent === 'listen(3, 5) = 0'")

    def test_arrows_step_and_the_address_follows(self):
        page = self.page_of("echo", "#call-1")
        page.key("ArrowRight")
        self.assertEqual(self.title(page), "bind(3, 127.0.0.1:8000) = 0")
        self.assertEqual(page.run("location.hash"), "#call-2")
        page.key("ArrowLeft")
        self.assertEqual(self.title(page), "socket(AF_INET, SOCK_STREAM, 0) = 3")
        page.key("End")
        self.assertEqual(page.run("document.querySelector('#where').value.split(' / ').every("
                                  "(word, i, all) => word === all[0])"), True)

    def test_buttons_step_as_the_keys_do(self):
        page = self.page_of("echo", "#call-1")
        page.click("#next")
        self.assertEqual(self.title(page), "bind(3, 127.0.0.1:8000) = 0")
        page.click("#back")
        page.click("#back")
        self.assertIn("./server 8000", self.title(page))

    def test_a_click_on_a_row_selects_it(self):
        page = self.page_of("echo", "#call-1")
        page.click("#rows .row:nth-child(4)")
        self.assertEqual(self.title(page), "listen(3, 5) = 0")
        self.assertEqual(page.run("document.querySelectorAll('.row[aria-selected=true]').length"), 1)

    def test_it_plays_to_the_end_and_stops(self):
        page = self.page_of("echo", "#call-14")
        page.run("document.getElementById('speed').value = '16'")
        page.key(" ")
        self.assertTrue(page.run("document.body.classList.contains('playing')"))
        page.wait("!document.body.classList.contains('playing')")
        self.assertEqual(*page.text("#where").split(" / "))

    def test_e_leads_from_error_to_error(self):
        page = self.page_of("address-in-use")
        page.key("Home")
        page.key("e")
        self.assertEqual(self.title(page), "bind(3, 127.0.0.1:8000) = -1 EADDRINUSE")
        self.assertIn("bind-time-wait", page.text("#details .note.mistake"))
        self.assertIn("sock_diag", page.text("#details .note.mistake"))
        page.key("e")
        self.assertIn("bind-time-wait-old-socket", page.text("#details .note.mistake"))

    def test_each_row_says_in_words_what_it_draws(self):
        page = self.page_of("echo", "#call-6")
        labels = page.run("[...document.querySelectorAll('.row')].map((row) => row.getAttribute('aria-label'))")
        self.assertTrue(any("client → server SYN seq=x" in label for label in labels), labels)
        self.assertTrue(all(label.strip() for label in labels))
        self.assertEqual(page.run("document.getElementById(document.getElementById('scroller')"
                                  ".getAttribute('aria-activedescendant')).ariaSelected"), "true")


class Truth(PageTest):
    def states(self, page, name):
        return page.run(f"[...document.querySelectorAll('.node.{name}')].map((node) => node.textContent)")

    def test_a_datagram_has_no_numbers_and_a_run_without_tcp_no_states(self):
        header = self.lines_of("echo")[0]
        socket = {"id": "1", "fd": 3, "domain": "AF_INET", "type": "SOCK_DGRAM", "protocol": "IPPROTO_UDP",
                  "local": "127.0.0.1:9000", "role": "datagram"}
        place = {"t": 1, "pid": 1, "tid": 1, "lane": "relay"}
        page = self.page_of([
            header, {"type": "process", **place, "what": "start", "argv": ["./relay"]},
            {"type": "process", **place, "lane": "member", "what": "start", "argv": ["./member"]},
            {"type": "segment", "t": 2, "socket": socket, "protocol": "udp", "from": "127.0.0.1:9000",
             "to": "127.0.0.1:9001", "from_lane": "relay", "to_lane": "member", "length": 15, "cause": 1},
            {"type": "call", "n": 1, "dur": 1, **place, "call": "send", "ret": 15, "socket": socket},
        ], "#call-1")
        self.assertEqual(page.text(".label"), "UDP 15 bytes")
        self.assertEqual(page.run("document.querySelectorAll('.diagram').length"), 0)

    def test_of_many_lanes_that_of_the_step_is_in_sight(self):
        lines = [self.lines_of("echo")[0]]
        for i in range(12):
            lines.append({"type": "process", "t": i, "pid": i + 1, "tid": i + 1, "lane": f"p{i}",
                          "what": "start", "argv": [f"./p{i}"]})
        page = self.page_of(lines)
        for key, chip in (("End", "./p11"), ("Home", "./p0")):
            page.key(key)
            box = page.run("(() => { const of = (name) => document.querySelector(name).getBoundingClientRect();"
                           "const chip = of('.row.selected .chip'), all = of('#scroller');"
                           "return [chip.left - all.left, all.right - chip.right]; })()")
            self.assertIn(chip, page.text(".row.selected .chip"))
            self.assertGreater(min(box), 0)

    def test_both_ends_states_are_lit(self):
        page = self.page_of("half-close", "#call-12")
        self.assertEqual(self.states(page, "own"), ["CLOSE_WAIT"])
        self.assertEqual(self.states(page, "other"), ["FIN_WAIT_2"])

    def test_the_diagram_has_the_eleven_states_and_the_arcs_of_the_rfc(self):
        page = self.page_of("echo", "#call-1")
        self.assertEqual(page.run("document.querySelectorAll('.node').length"), 11)
        # Figure 5 has 20 with the RST of its note 1; note 2 adds one.
        self.assertEqual(page.run("document.querySelectorAll('.arc').length"), 21)

    def test_the_path_is_the_records(self):
        page = self.page_of("echo", "#call-13")
        self.assertEqual(page.text(".legend .own .path"),
                         "SYN_RCVD → ESTABLISHED → CLOSE_WAIT → LAST_ACK → CLOSED")
        self.assertEqual(page.text(".legend .other .path"),
                         "CLOSED → SYN_SENT → ESTABLISHED → FIN_WAIT_1 → FIN_WAIT_2 → TIME_WAIT")

    def test_forwards_and_backwards_one_sees_the_same(self):
        page = self.page_of("echo")
        page.key("Home")
        count = int(page.text("#where").split(" / ")[1])
        there = []
        for _ in range(count):
            there.append(page.text("#details"))
            page.key("ArrowRight")
        for seen in reversed(there):
            self.assertEqual(page.text("#details"), seen, page.text("#where"))
            page.key("ArrowLeft")

    def test_a_call_that_waits_is_as_long_as_what_happens_meanwhile(self):
        page = self.page_of("echo", "#call-3")
        longest = page.run("Math.max(...[...document.querySelectorAll('.span')].map((span) => span.height.baseVal.value))")
        # accept() begins behind a line of output, and returns after the client's connect().
        self.assertGreaterEqual(longest, 8 * 34)

    def test_the_queue_of_a_listener_has_its_seats(self):
        page = self.page_of("echo", "#call-6")
        self.assertIn("1 / 6", page.text("#details"))
        self.assertEqual(page.run("document.querySelectorAll('.seats i').length"), 6)
        self.assertEqual(page.run("document.querySelectorAll('.seats .taken').length"), 1)

    def test_python_stands_beside_the_call(self):
        page = self.page_of("address-in-use", "#call-14")
        self.assertIn("sock.bind(('127.0.0.1', 8000))", page.text(".python"))
        self.assertIn("OSError: [Errno 98]", page.text(".python .raises"))


class Filters(PageTest):
    def choose(self, page, name, value):
        page.run(f"(() => {{ const field = document.getElementById({json.dumps(name)});"
                 f"field.value = {json.dumps(value)}; field.dispatchEvent(new Event('change'));"
                 "field.dispatchEvent(new Event('input')); })()")

    def chips(self, page):
        return page.run("[...document.querySelectorAll('.chip .text')].map((chip) => chip.textContent)")

    def test_by_call_by_error_and_by_rule(self):
        page = self.page_of("address-in-use")
        self.choose(page, "by-call", "bind")
        self.assertEqual(len(self.chips(page)), 5)
        self.choose(page, "by-error", "EADDRINUSE")
        self.assertEqual(len(self.chips(page)), 2)
        self.choose(page, "by-rule", "bind-time-wait")
        self.assertEqual(self.chips(page), ["bind(3, 127.0.0.1:8000) = -1 EADDRINUSE"])
        page.key("Escape")
        self.assertGreater(len(self.chips(page)), 10)

    def test_by_lane_and_calls_only(self):
        page = self.page_of("echo")
        self.choose(page, "by-lane", "client")
        page.click("#no-wire")
        names = {chip.lstrip("… ").split("(")[0] for chip in self.chips(page)}
        self.assertEqual(names, {"socket", "connect", "send", "recv", "close"})
        self.assertEqual(page.run("document.querySelectorAll('.arrow').length"), 0)

    def test_search_finds_what_is_shown_in_calls_notes_and_segments(self):
        page = self.page_of("echo")
        for text, count in (("SYN_RCVD:", 1), ("你好", 9), ("seq=x+1 ack=y+1 6 bytes", 1), ("zzz", 0)):
            self.choose(page, "find", text)
            page.wait(f"document.getElementById('found').value.startsWith('{count} / ')"
                      if count != 9 else "parseInt(document.getElementById('found').value) >= 5")
        self.assertEqual(self.chips(page), [])

    def test_a_link_to_a_hidden_step_shows_it(self):
        page = self.page_of("echo", "#call-1")
        self.choose(page, "by-lane", "client")
        page.run("location.hash = '#call-2'")
        page.wait("document.querySelector('#details h2').textContent.startsWith('bind(')")
        self.assertEqual(page.run("document.getElementById('by-lane').value"), "")


class Readers(PageTest):
    def test_the_language_changes_labels_title_and_notes(self):
        page = self.page_of("address-in-use", "#call-14")
        self.assertIn("Sockets at this moment", page.run("document.body.textContent"))
        page.click("#language")
        self.assertEqual(page.run("document.documentElement.lang"), "zh-CN")
        self.assertIn("地址", page.text("#title"))
        self.assertIn("端口 8000", page.text("#details .note.mistake"))
        self.assertEqual(page.run("document.getElementById('find').placeholder"), "搜索（/）")
        page.key("l")
        self.assertIn("Port 8000 is held", page.text("#details .note.mistake"))

    def test_every_word_has_both_languages(self):
        for lang in ("en", "zh"):
            lines = self.lines_of("echo")
            lines[0]["lang"] = lang
            page = self.page_of(lines)
            empty = page.run("[...document.querySelectorAll('[data-word], [data-title]')].filter((element) =>"
                             "!(element.textContent || element.getAttribute('aria-label'))).length")
            self.assertEqual(empty, 0)
    
    def test_the_theme_changes(self):
        page = self.page_of("echo")
        light = page.run("getComputedStyle(document.body).backgroundColor")
        page.key("d")
        self.assertNotEqual(page.run("getComputedStyle(document.body).backgroundColor"), light)

    def test_it_prints_a_slide_for_each_call_and_a_handout(self):
        page = self.page_of("echo")
        sheets = {}
        for kind in ("slides", "handout"):
            page.run(f"(() => {{ window.print = () => {{}}; document.getElementById('{kind}').click(); }})()")
            sheets[kind] = page.pdf(landscape=kind == "slides").count(b"/Type /Page\n")
        self.assertGreaterEqual(sheets["slides"], 14)
        self.assertLess(sheets["handout"], sheets["slides"])
        self.assertEqual(page.run("document.getElementById('paper').childNodes.length"), 0)

    def test_on_a_phone_nothing_is_cut_off_at_the_side(self):
        page = self.page_of("half-close", "#call-12", width=390, height=844, phone=True)
        self.assertEqual(page.run("document.documentElement.scrollWidth"), 390)
        self.assertTrue(page.run("document.getElementById('play').getBoundingClientRect().bottom <= innerHeight"))
        self.assertEqual(page.run("[...document.querySelectorAll('.holder')].filter((chip) =>"
                                  "chip.getBoundingClientRect().right > 390).length"), 0)


class Safety(PageTest):
    def hostile_lines(self):
        lines = self.lines_of("echo")
        text = HOSTILE + "\0"
        for line in lines:
            if line["type"] == "header":
                line.update(title=HOSTILE, lesson=HOSTILE, titles={"en": HOSTILE}, command=[[HOSTILE]])
            for key in ("lane", "from_lane", "to_lane"):
                if key in line:
                    line[key] += HOSTILE
            if line["type"] == "output":
                line["data"] = {"text": text, "length": len(text.encode()), "captured": len(text.encode())}
            for note in line.get("notes", []):
                note.update(id=HOSTILE, text=HOSTILE, fix=HOSTILE, check=HOSTILE)
            if "python" in line:
                line["python"] = {"code": HOSTILE, "raises": HOSTILE, "variables": {HOSTILE: line["socket"]["id"]}}
            for argument in line.get("args", []):
                if argument["kind"] == "bytes" and argument["captured"]:
                    argument.pop("text")
                    argument.update(base64="/zxpbWc+AIDAgA==", length=10, captured=10)
            if "call" in line:
                line["source"] = {"language": "c", "file": HOSTILE, "line": 3, "text": HOSTILE}
        return lines

    def test_nothing_hostile_runs_reorders_or_hides(self):
        page = self.page_of(self.hostile_lines())
        before = page.run("document.querySelectorAll('script').length")
        for _ in range(45):
            page.key("ArrowRight")
            seen = page.run("document.body.innerText + document.title")
            for raw in ("\u202e", "\u2066", "\x1b", "\0"):
                self.assertNotIn(raw, seen)
        self.assertIn("\\u202e", seen)
        self.assertEqual(page.run("document.querySelectorAll('script').length"), before)
        self.assertEqual(page.run("document.querySelectorAll('img, iframe, object, embed, base').length"), 0)
        self.assertIn("onerror", page.text("#title"))

    def test_bytes_that_are_no_text_are_shown_as_in_c(self):
        page = self.page_of(self.hostile_lines(), "#call-7")
        self.assertIn('"\\xff<img>\\x00\\x80\\xc0\\x80"', self.title(page))

    def test_what_is_put_into_the_page_from_outside_may_not_run(self):
        page = self.page_of("echo", loud=True)
        page.run("(() => { const script = document.createElement('script');"
                 "script.textContent = 'document.title = \"pwned\"'; document.body.append(script);"
                 "const image = document.createElement('img'); image.src = 'http://127.0.0.1:9/x';"
                 "document.body.append(image); })()")
        self.assertNotEqual(page.run("document.title"), "pwned")
        self.assertEqual({url.split("#")[0] for url in page.requests() if not url.startswith("http://127.0.0.1:9")},
                         {self.address})
        blocked = [event["params"] for event in self.browser.events
                   if event.get("method") == "Network.loadingFailed"]
        self.assertTrue(all(event.get("blockedReason") == "csp" for event in blocked))

    def test_a_recording_that_was_cut_off_is_shown_as_far_as_it_goes(self):
        self.page_of("echo")
        out = os.path.join(self.folder.name, "out.html")
        with open(out, encoding="utf-8") as file:
            text = file.read()
        with open(out, "w", encoding="utf-8") as file:
            file.write(text[:text.index('"n":9')])
        page = self.browser.page(f"file://{out}#call-8")
        self.addCleanup(page.close)
        self.addCleanup(self.quiet, page)
        self.assertTrue(self.title(page).startswith("recv(4, "))

    def test_an_empty_recording_is_no_error(self):
        page = self.page_of(self.lines_of("echo")[:1])
        self.assertEqual(page.text("#where"), "")


class Size(PageTest):
    def test_of_very_many_calls_only_what_is_seen_is_in_the_page(self):
        lines = self.lines_of("echo")
        many = lines[:1]
        socket = next(line for line in lines if line.get("call") == "send")
        for n in range(1, 20001):
            many.append({**socket, "n": n, "t": n * 1000})
        page = self.page_of(many, "#call-15000")
        self.assertEqual(page.text("#details .place a"), "#15000")
        self.assertLess(page.run("document.querySelectorAll('.row').length"), 80)
        page.key("End")
        self.assertEqual(page.text("#details .place a"), "#20000")
        page.run("document.getElementById('scroller').scrollTop = 0")
        page.wait("document.querySelector('.row .n').textContent === '1'")


class Looks(PageTest):
    """A coarse likeness: fonts differ from machine to machine, what stands where does not."""

    def test_the_pages_look_as_they_did(self):
        for name, link in (("echo", "#call-6"), ("address-in-use", "#call-14"), ("half-close", "#call-12")):
            for mode, how in (("light", {}), ("dark", {"dark": True}),
                              ("phone", {"width": 390, "height": 844, "phone": True})):
                with self.subTest(name=name, mode=mode):
                    page = self.page_of(name, link, **{"width": 1440, "height": 900, **how})
                    shot = os.path.join(self.folder.name, "shot.png")
                    page.screenshot(shot, scale=0.25)
                    picture.compare(shot, os.path.join(FOLDER, "references", f"{name}-{mode}.json"))


if __name__ == "__main__":
    unittest.main()
