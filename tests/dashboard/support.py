"""Runs the program with its page, for the tests of the dashboard."""

import os
import re
import signal
import subprocess
import tempfile
import time
import unittest

ROLLSCOPE = os.environ["ROLLSCOPE"]
PATIENCE_S = 90
STROKES = "sim:ball-knot?seed=2&for=60"


class PageTest(unittest.TestCase):
    """Each test has a folder and a bus of its own; what it starts is gone when it ends."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rollscope-")
        self.started = []
        self.environment = dict(os.environ, XDG_CONFIG_HOME=self.folder.name,
                                XDG_RUNTIME_DIR=self.folder.name)

    def tearDown(self):
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def start(self, *arguments):
        """Starts the program; what it says is in a file."""
        log = open(self.path(f"log-{len(self.started)}"), "w+", encoding="utf-8")
        self.addCleanup(log.close)
        bus = [] if "--bus" in arguments else ["--bus", self.path("bus")]
        process = subprocess.Popen([ROLLSCOPE, *arguments, *bus],
                                   stdout=subprocess.DEVNULL, stderr=log, cwd=self.folder.name,
                                   env=self.environment, text=True)
        process.log = log.name
        self.started.append(process)
        return process

    def said(self, process):
        with open(process.log, encoding="utf-8") as file:
            return file.read()

    def wait_until(self, what, condition):
        until = time.monotonic() + PATIENCE_S
        while not (value := condition()):
            self.assertLess(time.monotonic(), until, f"{what}: never")
            time.sleep(0.02)
        return value

    def live(self, *more, source=STROKES, http="127.0.0.1:0"):
        """Starts a session with its page; the process."""
        process = self.start("live", "--source", source, "--http", http, *more)
        process.url = self.wait_until(
            "the page's address",
            lambda: re.search(r"the page is at +(\S+)", self.said(process)) or
            process.poll() is not None)
        self.assertNotEqual(True, process.url, self.said(process))
        process.url = process.url[1]
        process.port = int(re.search(r":(\d+)/", process.url)[1])
        return process

    def finish(self, process, code=0):
        process.wait(PATIENCE_S)
        self.assertEqual(code, process.returncode, self.said(process))
