"""rollscope replay: a session onto the bus and the terminal, with keys; the terminal is put back."""

import os
import pty
import select
import signal
import subprocess
import termios
import time
import unittest

import sessions
from support import PATIENCE_S, ROLLSCOPE, PipelineTest


class Replay(PipelineTest):
    def setUp(self):
        super().setUp()
        self.source = self.session("a.h5", 12)

    def test_a_replayed_session_is_recorded_as_it_was(self):
        record = self.start("record", "--output", self.path("out.h5"))
        self.start("detect", "--readers", "1")
        out, _ = self.finish(self.start("replay", self.source, "--speed", "max", "--readers", "2"))
        self.finish(record)
        self.run_verb("live", "--source", f"session:{self.source}?speed=max", "--output",
                      self.path("live.h5"), "--bus", self.path("other"), bus=False)
        self.assert_same_session(self.path("live.h5"), self.path("out.h5"))
        self.assertEqual(5, out.count("stroke"), out)  # four passes, and half a second of a fifth

    def test_a_piece_is_replayed_and_nothing_is_asked(self):
        begun = time.monotonic()
        out, err = self.run_verb("replay", self.source, "--from", "2", "--to", "4", "--speed", "2")
        self.assertGreater(time.monotonic() - begun, 0.95)
        self.assertIn("100 frames", err.replace("101 frames", "100 frames"))
        self.assertNotIn("pause", err + out)

    def at_terminal(self):
        """Replays with a pseudo-terminal as its terminal."""
        terminal, side = pty.openpty()
        before = termios.tcgetattr(side)
        process = subprocess.Popen(
            [ROLLSCOPE, "replay", self.source, "--bus", self.bus], stdin=side, stdout=side,
            stderr=side, env=self.environment, cwd=self.folder.name, start_new_session=True,
            preexec_fn=lambda: __import__("fcntl").ioctl(0, termios.TIOCSCTTY, 0))
        self.addCleanup(os.close, terminal)
        self.addCleanup(os.close, side)
        self.addCleanup(lambda: (process.kill(), process.wait()))
        return process, terminal, side, before

    def read_until(self, terminal, word):
        seen, until = "", time.monotonic() + PATIENCE_S
        while word not in seen:
            self.assertLess(time.monotonic(), until, seen)
            if select.select([terminal], [], [], 0.1)[0]:
                seen += os.read(terminal, 4096).decode()
        return seen

    def test_keys_pause_step_jump_and_change_the_speed(self):
        process, terminal, side, before = self.at_terminal()
        self.read_until(terminal, "(? keys)")
        os.write(terminal, b"+")
        self.read_until(terminal, "x 2")
        os.write(terminal, b" ")
        self.read_until(terminal, "paused")
        published = self.frames_acquired()
        os.write(terminal, b".")
        self.wait_until("a frame", lambda: self.frames_acquired() == published + 1)
        os.write(terminal, b"\033[C")
        self.wait_until("a frame after the jump", lambda: self.frames_acquired() == published + 2)
        os.write(terminal, b"q")
        self.read_until(terminal, "frames")
        self.assertEqual(0, process.wait(PATIENCE_S))
        self.assertEqual(before, termios.tcgetattr(side))

    def test_the_terminal_is_put_back_whatever_ends_it(self):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            with self.subTest(signal=number):
                process, terminal, side, before = self.at_terminal()
                self.read_until(terminal, "(? keys)")
                self.assertNotEqual(before, termios.tcgetattr(side))
                process.send_signal(number)
                self.read_until(terminal, "frames") if number == signal.SIGTERM else None
                process.wait(PATIENCE_S)
                self.assertEqual(before, termios.tcgetattr(side))


if __name__ == "__main__":
    unittest.main()
