"""Runs the program for the pipeline's tests."""

import os
import signal
import subprocess
import tempfile
import time
import unittest

import sessions

ROLLSCOPE = os.environ["ROLLSCOPE"]
PATIENCE_S = 120


class PipelineTest(unittest.TestCase):
    """Each test has a folder and a bus of its own; what it starts is gone when it ends."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="rollscope-")
        self.bus = self.path("bus")
        self.started = []
        self.environment = dict(os.environ, XDG_CONFIG_HOME=self.folder.name,
                                XDG_RUNTIME_DIR=self.folder.name)

    def tearDown(self):
        for process in self.started:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
            process.communicate()
        self.folder.cleanup()

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def session(self, name, seconds, seed=1):
        sessions.write_session(self.path(name), seconds, seed)
        return self.path(name)

    def start(self, verb, *arguments, bus=True, preparation=None):
        """Starts the program, in it first the preparation; its output is kept."""
        words = [ROLLSCOPE, verb, *arguments] + (["--bus", self.bus] if bus else [])
        process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   cwd=self.folder.name, env=self.environment,
                                   preexec_fn=preparation)
        self.started.append(process)
        return process

    def finish(self, process, code=0):
        """Waits for it; its standard output and its standard error."""
        out, err = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(code, process.returncode, err)
        return out, err

    def run_verb(self, verb, *arguments, code=0, bus=True):
        return self.finish(self.start(verb, *arguments, bus=bus), code)

    def wait_until(self, what, condition):
        until = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > until:
                self.fail(f"waited in vain for {what}; {self.ends()}")
            time.sleep(0.01)

    def ends(self):
        """What became of the processes that were started."""
        for process in self.started:
            if process.poll() is None:
                process.kill()
        return [(*process.args[1:], process.returncode, process.communicate()[1])
                for process in self.started]

    def child_of(self, process, verb):
        """The process number of a verb that `live` started; 0 while there is none."""
        children = f"/proc/{process.pid}/task/{process.pid}/children"
        with open(children, encoding="ascii") as file:
            numbers = file.read().split()
        for number in numbers:
            try:
                with open(f"/proc/{number}/cmdline", "rb") as file:
                    words = file.read().split(b"\0")
            except OSError:
                continue
            if len(words) > 1 and words[1].decode() == verb:
                return int(number)
        return 0

    def frames_acquired(self):
        """From the ring's header: magic u64, slot size and slots u32, number of the next frame."""
        try:
            with open(os.path.join(self.bus, "frames.ring"), "rb") as file:
                return int.from_bytes(file.read(24)[16:], "little")
        except OSError:
            return 0

    def assert_same_session(self, expected, recorded):
        """Frames, events and maps are the same, byte by byte."""
        self.assert_same(sessions.frames_of(expected), sessions.frames_of(recorded))
        self.assert_same(sessions.events_of(expected), sessions.events_of(recorded))
        maps = [{name: cells.tobytes() for name, cells in sessions.maps_of(path).items()}
                for path in (expected, recorded)]
        self.assert_same(*maps)

    def assert_same(self, expected, found):
        self.assertEqual(sorted(expected), sorted(found))
        differing = [name for name in expected if expected[name] != found[name]]
        self.assertEqual([], differing)
