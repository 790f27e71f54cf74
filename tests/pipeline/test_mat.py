"""A mat does not wait: what is lost while acquire is dead is a named gap, and nothing else is lost."""

import json
import os
import signal
import time
import unittest

import h5py
import numpy as np
import zmq

import mat
import sessions
from support import PipelineTest

GAP_BEFORE = 1


class RealTime(PipelineTest):
    def setUp(self):
        super().setUp()
        self.mat = mat.Mat()

    def tearDown(self):
        super().tearDown()
        self.mat.close()

    def recorded(self):
        with h5py.File(self.path("out.h5"), "r") as file:
            return {name: file[name][()] for name in ("time", "sequence", "flags", "pressure")}

    def assert_true_frames(self, recorded):
        """Each frame's cells are those that the mat sent: frame n is told by its first cell."""
        first = recorded["pressure"][:, 0, 0].astype(int)
        for number, frame in zip(first, recorded["pressure"]):
            np.testing.assert_array_equal(mat.cells(int(number)), frame.ravel())
        return first

    def missing(self, first):
        """Numbers of scans between the first and the last of these that are not among them."""
        return set(range(first[0], first[-1] + 1)) - set(first.tolist())

    def dropped(self, first):
        """Those that the mat could not hand over, the machine being too busy to take them."""
        return {number for number in self.mat.dropped if first[0] < number < first[-1]}

    def test_frames_from_a_mat_are_recorded_without_a_gap(self):
        live = self.start("live", "--source", f"pty:{self.mat.path}?protocol=rollscope", "--output",
                          self.path("out.h5"), "--for", "3")
        self.finish(live)
        recorded = self.recorded()
        first = self.assert_true_frames(recorded)
        self.assertGreaterEqual(len(first) + len(self.dropped(first)), 299)
        self.assertEqual(self.dropped(first), self.missing(first))
        np.testing.assert_array_equal(np.diff(first) != 1,
                                      (recorded["flags"][1:] & GAP_BEFORE) != 0)

    def test_the_counters_of_the_mat_are_in_the_file(self):
        live = self.start("live", "--source", f"pty:{self.mat.path}?protocol=rollscope", "--output",
                          self.path("out.h5"), "--for", "2")
        self.finish(live)
        with h5py.File(self.path("out.h5"), "r") as file:
            counters = {name: (value[()], value.attrs["units"].decode(), value.attrs["long_name"])
                        for name, value in file["health"].items()}
            frames = len(file["time"])
        self.assertAlmostEqual(frames, counters["frames"][0], delta=2)
        self.assertLessEqual(counters["lost"][0], len(self.mat.dropped))
        self.assertLessEqual(counters["bad_checksum"][0], self.mat.torn)
        self.assertEqual(("frame", "packet"), (counters["lost"][1], counters["bad_checksum"][1]))
        self.assertGreater(counters["bytes"][0], frames * mat.ROWS * mat.COLS)
        self.assertLess(abs(counters["rate_hz"][0] - 100), 30)
        told = json.loads(self.run_verb("info", "--json", self.path("out.h5"), bus=False)[0])
        self.assertEqual(counters["frames"][0], told["health"]["frames"]["value"])
        self.assertEqual("Hz", told["health"]["rate_hz"]["unit"])

    def rss_kb(self, pid):
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            fields = dict(line.split(":", 1) for line in file)
        return int(fields["RssAnon"].split()[0])

    def test_a_subscriber_that_never_reads_costs_nobody_anything(self):
        self.environment["ASAN_OPTIONS"] = "quarantine_size_mb=1"  # freed memory is given back
        acquire = self.start("acquire", "--source", f"pty:{self.mat.path}?protocol=rollscope",
                             "--ring", "60")
        context = zmq.Context()
        deaf = context.socket(zmq.SUB)
        deaf.set_hwm(1)
        deaf.setsockopt(zmq.RCVBUF, 4096)
        deaf.connect(f"ipc://{self.bus}/frames")
        deaf.subscribe(b"")
        asker = context.socket(zmq.DEALER)
        asker.set_hwm(1)
        asker.connect(f"ipc://{self.bus}/frames.ask")
        self.wait_until("frames", lambda: self.frames_acquired() >= 50)
        before_kb, begun, first = self.rss_kb(acquire.pid), time.monotonic(), self.frames_acquired()
        for _ in range(2000):  # answers of up to 256 frames each, none of which is taken
            asker.send(b'{"ask":"range","from":0,"count":256}', copy=True)
        self.wait_until("more frames", lambda: self.frames_acquired() >= first + 250)
        self.assertLess(time.monotonic() - begun, 2.5 + 2.0)
        self.assertLess(self.rss_kb(acquire.pid) - before_kb, 20_000)
        context.destroy(linger=0)
        acquire.send_signal(signal.SIGINT)
        self.finish(acquire)

    def test_when_live_is_killed_the_others_finish_the_recording(self):
        live = self.start("live", "--source", f"pty:{self.mat.path}?protocol=rollscope", "--output",
                          self.path("out.h5"))
        self.wait_until("frames", lambda: self.frames_acquired() >= 100)
        children = [self.child_of(live, verb) for verb in ("acquire", "detect", "record")]
        live.kill()
        self.wait_until("the others to end",
                        lambda: not any(os.path.exists(f"/proc/{child}") for child in children))
        self.assertTrue(sessions.is_closed(self.path("out.h5")))
        first = self.assert_true_frames(self.recorded())
        self.assertGreaterEqual(len(first) + len(self.dropped(first)), 100)
        self.assertEqual(self.dropped(first), self.missing(first))

    def has_opened_the_mat(self, live, killed):
        process = self.child_of(live, "acquire")
        if process in (0, killed):
            return False
        try:
            files = f"/proc/{process}/fd"
            return any(os.readlink(os.path.join(files, one)) == self.mat.path
                       for one in os.listdir(files))
        except OSError:
            return False

    def test_the_death_of_acquire_is_one_named_gap_and_nothing_else_is_missing(self):
        live = self.start("live", "--source", f"pty:{self.mat.path}?protocol=rollscope", "--output",
                          self.path("out.h5"))
        self.wait_until("frames", lambda: self.frames_acquired() >= 100)
        self.mat.mute = True
        killed, silent_at = self.child_of(live, "acquire"), self.mat.sequence
        acquired = -1
        while not self.mat.is_taken() or self.frames_acquired() != acquired:
            acquired = self.frames_acquired()
            time.sleep(0.05)
        os.kill(killed, signal.SIGKILL)
        self.wait_until("another acquire", lambda: self.has_opened_the_mat(live, killed))
        self.wait_until("lost scans", lambda: self.mat.sequence >= silent_at + 20)
        self.mat.mute = False
        before = self.frames_acquired()
        self.wait_until("more frames", lambda: self.frames_acquired() >= before + 100)
        live.send_signal(signal.SIGINT)
        _, err = self.finish(live)
        self.assertIn("acquire died (Killed); starting it again", err)
        recorded = self.recorded()
        first = self.assert_true_frames(recorded)
        self.assertGreaterEqual(len(first) + len(self.dropped(first)), 200)
        steps = np.diff(first)
        gaps = np.flatnonzero(steps != 1)
        lost = self.missing(first) - self.dropped(first)
        self.assertGreaterEqual(len(self.mat.silent), 20)
        self.assertLessEqual(self.mat.silent, lost)
        self.assertEqual(set(range(min(lost), max(lost) + 1)), lost)
        np.testing.assert_array_equal(gaps, np.flatnonzero(recorded["flags"][1:] & GAP_BEFORE))
        self.assertTrue(np.all(np.diff(recorded["time"]) > 0))
        self.assertTrue(np.all(np.diff(recorded["sequence"].astype(int)) > 0))


if __name__ == "__main__":
    unittest.main()
