"""A headless chromium, driven through a pipe: the Chrome DevTools Protocol, as much as the tests
need. Messages are JSON, each ended by a NUL byte; chromium reads descriptor 3 and writes 4."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
import unittest

LIMIT = 60  # seconds for one answer

FLAGS = [
    "--headless=new", "--remote-debugging-pipe", "--no-first-run", "--no-default-browser-check",
    "--disable-gpu", "--disable-dev-shm-usage", "--disable-extensions", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--font-render-hinting=none", "--force-color-profile=srgb", "--lang=en-US",
]


def chromium():
    """Its path; the test is skipped where it is not installed."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if shutil.which(name):
            return shutil.which(name)
    raise unittest.SkipTest("chromium is not installed")


class Browser:
    def __init__(self):
        path = chromium()
        self.profile = tempfile.TemporaryDirectory(prefix="socktrace-chromium-")
        to_read, self.write_end = os.pipe()
        self.read_end, to_write = os.pipe()
        # As root its own sandbox cannot be set up.
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen(
            # sh puts the ends of the pipes where chromium looks for them.
            ["/bin/sh", "-c", f'exec "$@" 3<&{to_read} 4>&{to_write}', "sh", path,
             *FLAGS, *sandbox, f"--user-data-dir={self.profile.name}", "about:blank"],
            pass_fds=(to_read, to_write), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )
        os.close(to_read)
        os.close(to_write)
        self.rest = b""
        self.number = 0
        self.events = []

    def send(self, method, session=None, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self.write_end, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") != self.number:
                self.events.append(answer)
            elif "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']}")
            else:
                return answer["result"]

    def receive(self):
        until = time.monotonic() + LIMIT
        while b"\0" not in self.rest:
            if not select.select([self.read_end], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError("chromium does not answer")
            data = os.read(self.read_end, 1 << 20)
            if not data:
                raise EOFError("chromium has ended")
            self.rest += data
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def page(self, url, **how):
        return Page(self, url, **how)

    def close(self):
        try:
            self.send("Browser.close")
        except (OSError, EOFError, RuntimeError, TimeoutError):
            self.process.kill()
        self.process.wait(timeout=LIMIT)
        os.close(self.write_end)
        os.close(self.read_end)
        self.profile.cleanup()


class Page:
    """One page. `requests` are all URLs that were asked for, `errors` all that went wrong."""

    def __init__(self, browser, url, width=1280, height=800, dark=False, phone=False):
        self.browser = browser
        self.target = browser.send("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.send(
            "Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=phone)
        self.send("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"}])
        browser.events.clear()
        self.send("Page.navigate", url=url)
        self.wait("document.body && document.body.dataset.ready === 'yes'")

    def send(self, method, **params):
        return self.browser.send(method, self.session, **params)

    def run(self, expression):
        """The value of an expression of JavaScript."""
        result = self.send("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in result:
            raise AssertionError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, condition):
        """Until it holds."""
        until = time.monotonic() + LIMIT
        while not self.run(f"Boolean({condition})"):
            if time.monotonic() > until:
                raise TimeoutError(f"never: {condition}; {self.errors()}")
            select.select([], [], [], 0.02)

    def key(self, key, text=""):
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key,
                      **({"text": text or key} if kind == "keyDown" and len(key) == 1 else {}))

    def click(self, selector):
        """A real click in the middle of what the selector finds first."""
        x, y = self.run(
            f"(() => {{ const box = document.querySelector({json.dumps(selector)})"
            ".getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; })()")
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def text(self, selector):
        return self.run(f"document.querySelector({json.dumps(selector)}).innerText")

    def screenshot(self, path, scale=1):
        width, height = self.run("[innerWidth, innerHeight]")
        data = self.send("Page.captureScreenshot", format="png", clip={
            "x": 0, "y": 0, "width": width, "height": height, "scale": scale})["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def pdf(self, **how):
        return base64.b64decode(self.send("Page.printToPDF", printBackground=True, **how)["data"])

    def requests(self):
        self.run("1")
        return [event["params"]["request"]["url"] for event in self.browser.events
                if event.get("method") == "Network.requestWillBeSent"]

    def errors(self):
        self.run("1")
        return [event["params"] for event in self.browser.events
                if event.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded")]

    def close(self):
        self.browser.send("Target.closeTarget", targetId=self.target)
