"""What the demos show, compared with tests/golden/NAME.txt and NAME.python.txt; some of them in
Chinese too, with NAME.zh.txt.

    python3 tests/golden/demos_test.py            compares
    python3 tests/golden/demos_test.py --update   writes the files anew: read them before you keep them;
                                                  with words behind it those whose names have one

Two programs that run at the same time take turns as the kernel likes. So each lane is
compared by itself, in its order, and a few orders between lanes are held on to: what was
sent before it was received, connect before accept, close before the zero that tells of it.
What else depends on time is left out: numbers, whether a call was seen waiting, queue
lengths, and at which call a state was seen; the table at the end has the states' order.
"""

import os
import re
import sys
import tempfile
import unittest

if __name__ == "__main__":  # tests/run.py has the path set
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from traced import CATALOGUE, ENVIRONMENT, run

FOLDER = os.path.dirname(os.path.abspath(__file__))
SOURCES = os.path.join(os.path.dirname(os.path.dirname(FOLDER)), "demos")
DEMOS = sorted(name for name in os.listdir(SOURCES)
               if os.path.exists(os.path.join(SOURCES, name, "scenario")))

NUMBERED = re.compile(r"^ *(\d+) (\S+) +(.*)$")
PLAIN = re.compile(r"^ {7}(\S+) +(.*)$")
DETAIL = re.compile(r"^ {13,}(\S.*)$")
# The labels in Chinese.
ENGLISH = {"报文": "wire", "状态": "state", "对端": "peer", "队列": "queue", "等待": "waits",
           "原因": "why", "改正": "fix", "验证": "check", "说明": "note", "字节": "bytes"}
LABEL = re.compile(r"^(python|wire|state|peer|queue|waits|why|fix|check|note|bytes|" +
                   "|".join(ENGLISH) + r") +(.*)$")
STATE = re.compile(r"(\S+)  ((?:[A-Z_12]+ -> )*[A-Z_12]+)(?: +(?:waiting|等待接受) .*)?$")
# The call's own text, which may have blanks in its payload, ends near that column or behind it.
SOURCE = re.compile(r"(.{40,}?)  ([^\s\"]+\.[a-z]+:\d+(?: in \S+)?(?: \(via .*?\))?(?:  .*)?)$")
# Python's library is another with each version, and before 3.11 a function had only its last name.
VIA = re.compile(r"(?<= \(via )([\w.]+\.py):\d+ [\w.<>]+(?=\))")
QUALIFIED = re.compile(r"(?<= in )(?:[\w<>]+\.)+(?=[\w<>]+)")
# A state that was noticed by itself, between two calls.
TRANSITION = re.compile(r"^(?:state|状态) +\S+ +[A-Z_12]+")

# When an acknowledgement is sent alone, and when it travels with data, depends on time.
ALONE = re.compile(r"^\S+ (->|<-) \S+ +ACK\b")
# One that is late is sent again, and whether an acknowledgement is late depends on time: a probe
# for a lost tail follows two unacknowledged segments after some milliseconds (RFC 8985).
AGAIN = re.compile(r"^\S+ (->|<-) \S+ +(?!SYN)\S.*(?:\bretransmission\b|重传)")

# A payload that fills the buffers: in how many pieces it goes depends on time, on the kernel
# how much fits.
BIG = 65535
MANY = re.compile(r"\b(?!1000000\b)\d{5,6}\b")

# How it travels, and when, stands below whatever was printed last: rows of segments that are as
# large as no other lesson's, and the row that counts those left out.
LARGE = re.compile(r" len=[2-9]\d{4}\b| \.\.\. \d+ more\b| …… 另有 \d+")
# An end of a connection that is over for both programs has no name any more.
NOBODY = re.compile(r"127\.0\.0\.1:\d+ ")
# A segment that was captured after its call had returned stands below whatever came next.
LATE = re.compile(r" *[(（](?:cause: call|起因：调用) (\d+)[)）]$")

# Whether an acknowledgement is delayed, and whether a client leaves before it is accepted.
CHANCE = re.compile(r" +(?:why|原因) .*\[(?:delayed-ack|close-wait-queue)\]\n"
                    r"(?: +(?:fix|check|改正|验证) .*\n?)*")

# Their state is the same whenever it is looked at.
STABLE = ("socket", "listen", "connect")


def normal(text):
    """Numbers that differ from run to run become words."""
    text = re.sub(r"(\bpid|进程) \d+", r"\1 PID", text)
    text = re.sub(r"(\btid|线程) \d+", r"\1 TID", text)
    text = re.sub(r"\buid \d+", "uid UID", text)
    text = re.sub(r"\b(?:[0-5]?\d|60) (s\b|秒)", r"N \1", text)
    text = re.sub(r"0x[0-9a-f]{6,}", "ADDRESS", text)
    # CPython sets only the descriptor in epoll's data, the lower half of it.
    text = re.sub(r"\bdata=(\d+)", lambda found: f"data={int(found[1]) & 0xffffffff}", text)
    # How much a send sent is not known before it has returned.
    text = re.sub(r"(?: of the \d+)?( of \w+ )#\d+", r"\1#N", text)
    # Linux gives ephemeral ports from 32768 on (net.ipv4.ip_local_port_range).
    return re.sub(r"((?:127\.0\.0\.1|::1)(?:\]?:|', ))(?:3[2-9]|[45]\d|6[0-5])\d{3}\b", r"\1PORT", text)


def normal_row(row):
    """A segment: its columns are as wide as the rows beside it, its sizes the kernel's."""
    row = re.sub(r" {2,}", "  ", normal(row))
    return re.sub(r"(win|mss|ws)=\d+", r"\1=N", row)


def split_source(head):
    """A call, and the line at its right that made it."""
    match = SOURCE.match(head)
    if not match:
        return head, None
    return match.group(1).rstrip(), QUALIFIED.sub("", VIA.sub(r"\1", match.group(2)), 1)


def kind(label):
    """What a label says, whatever the language."""
    return ENGLISH.get(label, label)


def padded(label):
    """To seven columns, of which an ideograph takes two."""
    return label + " " * (7 - len(label) - sum(letter > "\u2E80" for letter in label))


class Step:
    """A line of a lane with its details; for a call that waited, both lines in one."""

    def __init__(self, lane, head, source=None):
        self.lane = lane
        self.head = head
        self.source = source  # the line that made the call, with its text
        self.details = []  # [label, words]

    @property
    def call(self):
        match = re.match(r"(\w+)\(", self.head)
        return match.group(1) if match else None

    def complete(self, head):
        self.head = head
        self.details = [d for d in self.details if d[0] == "python"]  # in every language

    def add(self, words):
        match = LABEL.match(words)
        if not match:  # a second row of the detail above
            self.details[-1][1] += "\n" + words
        elif match.group(1) == "python":
            self.details = [d for d in self.details if d[0] != "python"] + [list(match.groups())]
        else:
            self.details.append(list(match.groups()))

    def is_stable(self):
        """Not a connect whose SYN was sent again: its states are told while it waits."""
        return self.call in STABLE and not any(
            kind(label) == "wire" and re.search("retransmission|重传", words)
            for label, words in self.details)

    def add_late(self, label, row):
        """A segment that came behind the others of this call."""
        labels = [kind(label) for label, words in self.details]
        if "wire" in labels:
            self.details[labels.index("wire")][1] += "\n" + row
        else:
            self.details.insert("python" in labels, [label, row])

    def take_late(self):
        """The rows that belong to other calls, with the numbers of these, and their label."""
        for detail in self.details:
            if kind(detail[0]) == "wire":
                rows = detail[1].split("\n")
                detail[1] = "\n".join(row for row in rows if not LATE.search(row))
                for row in rows:
                    if match := LATE.search(row):
                        yield match.group(1), detail[0], row[: match.start()]
        self.details = [d for d in self.details if d[1]]

    def lines(self):
        if self.call in ("send", "recv") and moved(self) > BIG:
            yield MANY.sub("MANY", normal(self.head))
            for label, words in self.details:
                if label == "python":
                    yield f"    python  {MANY.sub('MANY', words)}"
            return
        yield normal(self.head)
        if self.source:
            yield f"    at      {self.source}"
        for label, words in self.details:
            if kind(label) == "state" and self.is_stable():
                words = STATE.search(words.split("\n")[0])
                if words:
                    path = words.group(2).removesuffix(" -> CLOSE_WAIT")
                    yield f"    {padded(label)} {words.group(1)}  {path}"
            elif kind(label) == "wire":
                for line in words.split("\n"):
                    if re.search(r" RST +seq", line) and (self.call == "close" or NOBODY.match(line)):
                        continue  # the answer to a late segment that finds nobody
                    if not (ALONE.match(line) or AGAIN.search(line) or LARGE.search(line)):
                        yield f"    {padded(label)} {normal_row(line)}"
            # Below which call a lesson is said first is a question of time (lessons_test.py).
            elif kind(label) not in ("state", "queue", "waits", "note"):
                for line in words.split("\n"):
                    # One that was shown as waiting could not say yet which connection it gets.
                    line = re.sub(r"^conn\d+, addr = ", "conn, addr = ", line)
                    yield f"    {padded(label)} {normal(line)}"


class Transcript:
    def __init__(self, text):
        self.lesson, _, rest = text.partition("\n\n")
        body, _, self.table = (
            re.split(r"\n(connections|连接)\n", rest, maxsplit=1) + ["", ""])[:3]
        body = CHANCE.sub("", body)
        self.steps = []  # in the order in which they begin
        self.order = []  # the same in the order in which they are complete
        numbered, waiting, last, all_steps = {}, {}, None, []
        for line in body.splitlines():
            if match := NUMBERED.match(line):
                number, lane, head = match.groups()
                head, source = split_source(head)
                if head.startswith("... "):
                    last = waiting.pop(number)
                    last.complete(head[4:])
                else:
                    last = numbered[number] = Step(lane, head, source)
                    self.steps.append(last)
                    all_steps.append(last)
                if head.endswith("..."):
                    waiting[number] = last
                else:
                    self.order.append(last)
            elif match := DETAIL.match(line):
                last.add(match.group(1))
            elif re.match(" {7}(wire|报文) ", line):
                last = Step("", "")  # acknowledgements that no call caused
                last.add(line.strip())
                all_steps.append(last)
            elif match := PLAIN.match(line):
                last = Step(*match.groups())
                all_steps.append(last)
                self.order.append(last)
                if not TRANSITION.match(last.head):  # else what stands below is left out too
                    self.steps.append(last)
        for number, label, row in [late for step in all_steps for late in step.take_late()]:
            numbered[number].add_late(label, row)

    def lanes(self):
        names = []
        for step in self.steps:
            names.append(step.lane)
            # When a child or thread makes its first call depends on time, its birth does not.
            names += re.findall(r"^(?:forks|thread|派生|新线程) +(\S+)", step.head)
        seen = {step.lane for step in self.steps}  # a child that becomes another program has none
        return [name for name in dict.fromkeys(names) if name in seen]

    def states(self):
        """The table: of the states those that every run passes through."""
        for line in CHANCE.sub("", self.table).splitlines():
            # Only if the other end is slow: else its acknowledgement comes with its own FIN.
            line = normal(line).replace("FIN_WAIT_2 -> ", "")
            # A late segment that finds nobody is answered with a RST, which ends it (RFC 1337).
            line = line.replace("TIME_WAIT -> CLOSED", "TIME_WAIT")
            yield re.sub(r" {2,}", "  ", line).strip()

    def __str__(self):
        text = self.lesson + "\n"
        for lane in self.lanes():
            text += f"\n[{lane}]\n"
            for step in self.steps:
                if step.lane == lane:
                    text += "\n".join(step.lines()) + "\n"
        return text + "\n[connections]\n" + "\n".join(self.states()) + "\n"


def moved(step):
    """How many payload bytes a call moved."""
    result = step.head.rsplit(" = ", 1)[-1].split()[0]
    return int(result) if result.isdigit() else 0


def descriptor(step):
    return re.match(r"\w+\((\d+)", step.head).group(1)


def misordered(order):
    """What comes before its cause; None if nothing does."""
    sent, received, connected, accepted, closed, ended = {}, {}, 0, 0, 0, 0
    at_end = set()  # lanes and descriptors: zero comes again each time somebody asks
    alone = len({step.lane for step in order}) == 1  # it can only have talked to itself
    for step in order:
        lane = step.lane
        if TRANSITION.match(step.head) and step.head.endswith(" -> FIN_WAIT_1"):
            closed += 1  # the kernel did, for a program that was killed
        connected += step.call == "connect" and "EINPROGRESS" in step.head
        if step.call is None or re.search(r" = (-1|\?)", step.head):
            continue
        if step.call in ("send", "recv") and moved(step) > BIG:
            continue  # both are under way at the same time
        if step.call in ("send", "sendto", "write", "sendfile"):
            sent[lane] = sent.get(lane, 0) + moved(step)
        elif step.call == "connect":
            connected += 1
        elif step.call in ("accept", "accept4"):
            accepted += 1
            if accepted > connected:
                return f"accepted before anybody connected: {step.head}"
        elif step.call in ("close", "shutdown"):
            closed += 1
            at_end.discard((lane, descriptor(step)))
        elif step.call in ("recv", "read") and moved(step):
            received[lane] = received.get(lane, 0) + moved(step)
            others = sum(count for other, count in sent.items() if alone or other != lane)
            if received[lane] > others:
                return f"received before it was sent: {step.head}"
        elif step.call in ("recv", "read") and (lane, descriptor(step)) not in at_end:
            at_end.add((lane, descriptor(step)))
            ended += 1
            if ended > closed:
                return f"the end seen before anybody closed: {step.head}"
    return None


def path_of(name, variant):
    return os.path.join(FOLDER, f"{name}{'.' if variant else ''}{variant}.txt")


OPTIONS = {"": [], "python": ["--python"], "zh": ["--lang=zh"]}
# What there is of each demo: all words of the text format are in other tests.
VARIANTS = {name: ["", "python"] for name in DEMOS}
for _name in ("echo", "address-in-use"):
    VARIANTS[_name].append("zh")


def show(name, variant):
    """The transcript, with what else there is to hold against it: status and replay."""
    if variant == "zh" and not os.path.exists(CATALOGUE):
        raise unittest.SkipTest("there is no catalogue: msgfmt is not installed")
    with tempfile.TemporaryDirectory(prefix="socktrace-") as folder:
        text, record = os.path.join(folder, "run.txt"), os.path.join(folder, "run.jsonl")
        done = run("-o", text, "-o", record, *OPTIONS[variant], "--demo", name, timeout=120,
                   env=ENVIRONMENT)
        if done.returncode == 125 and "namespace" in done.stderr:
            raise unittest.SkipTest(done.stderr.strip())
        with open(text, encoding="utf-8") as file:
            shown = file.read()
        languages = [option for option in OPTIONS[variant] if option.startswith("--lang")]
        return done, shown, run("--replay", record, *languages).stderr


class Demos(unittest.TestCase):
    maxDiff = None

    def check(self, name, variant):
        done, shown, replayed = show(name, variant)
        self.assertEqual(done.returncode, 0, done.stderr + shown)
        self.assertEqual(replayed, shown)
        transcript = Transcript(shown)
        with open(path_of(name, variant), encoding="utf-8") as file:
            self.assertEqual(str(transcript), file.read(), shown)
        self.assertIsNone(misordered(transcript.order), shown)


def add_tests():
    for name in DEMOS:
        for variant in VARIANTS[name]:
            def test(self, name=name, variant=variant):
                self.check(name, variant)

            word = name.replace("-", "_") + (f"_in_{variant}" if variant else "")
            setattr(Demos, "test_" + word, test)


add_tests()


def update(words):
    for name in DEMOS:
        for variant in VARIANTS[name]:
            path = path_of(name, variant)
            if words and not any(word in os.path.basename(path) for word in words):
                continue
            with open(path, "w", encoding="utf-8") as file:
                file.write(str(Transcript(show(name, variant)[1])))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--update"]:
        update(sys.argv[2:])
    else:
        unittest.main()
