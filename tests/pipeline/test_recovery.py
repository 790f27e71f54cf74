"""Whatever is killed, stopped or late: the recording is the same, frames and events, to the bit."""

import json
import os
import resource
import signal
import tempfile
import time
import unittest

import sessions
from support import PipelineTest

STOPPED_S = int(os.environ.get("ROLLSCOPE_STOPPED_S", "2"))  # 60: the long form
SPEED = 2
LATE_MOST_S = 1.5  # a machine that does other things is as late
GROWN_MOST_KB = 32 << 10  # a queue of 8 MB for each of two readers, and the sanitizer's own


class Recovery(PipelineTest):
    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.TemporaryDirectory(prefix="rollscope-")
        cls.references = {}

    @classmethod
    def tearDownClass(cls):
        cls.shared.cleanup()

    def reference(self, seconds):
        """A session of so many seconds, and its undisturbed recording; made once for all tests."""
        if seconds not in self.references:
            source, recorded = (os.path.join(self.shared.name, f"{seconds}{name}.h5")
                                for name in ("", "-recorded"))
            sessions.write_session(source, seconds)
            self.run_verb("live", "--source", f"session:{source}?speed=max", "--output", recorded,
                          "--bus", os.path.join(self.shared.name, "bus"), bus=False)
            self.references[seconds] = source, recorded
        return self.references[seconds]

    def live(self, source):
        return self.start("live", "--json", "--source", f"session:{source}?speed=max", "--output",
                          self.path("out.h5"))

    def wait_for_strokes(self, live, count):
        for line in live.stdout:
            count -= '"event":"stroke"' in line
            if not count:
                return
        self.fail("live ended before")

    def assert_killed_and_same(self, verb):
        source, undisturbed = self.reference(40)
        live = self.live(source)
        for strokes in (4, 8):
            self.wait_for_strokes(live, strokes)
            os.kill(self.child_of(live, verb), signal.SIGKILL)
        _, err = self.finish(live)
        self.assertEqual(2, err.count(f"{verb} died (Killed); starting it again"), err)
        self.assert_same_session(undisturbed, self.path("out.h5"))

    def test_a_killed_record_is_started_again_and_the_recording_is_the_same(self):
        self.assert_killed_and_same("record")

    def test_a_killed_detect_is_started_again_and_the_recording_is_the_same(self):
        self.assert_killed_and_same("detect")

    def test_a_killed_acquire_goes_on_where_it_was_and_the_recording_is_the_same(self):
        self.assert_killed_and_same("acquire")

    def test_a_detect_killed_late_reads_from_the_recording_what_the_ring_has_lost(self):
        source, undisturbed = self.reference(40)
        acquire = self.start("acquire", "--source", f"session:{source}?speed=10", "--ring", "1",
                             "--readers", "2")
        record = self.start("record", "--output", self.path("out.h5"))
        detect = self.start("detect")
        self.wait_until("the ring to be overrun", lambda: self.frames_acquired() >= 1300)
        detect.kill()
        detect.wait()
        detect = self.start("detect", "--readers", "1")
        for process in (detect, record, acquire):
            _, err = self.finish(process)
            self.assertNotIn("gone", err)
        self.assert_same_session(undisturbed, self.path("out.h5"))

    def test_a_detect_that_finds_no_frames_of_before_goes_on_with_numbers_ids_and_times(self):
        source, _ = self.reference(60)
        acquire = self.start("acquire", "--source", f"session:{source}?speed=10", "--ring", "1",
                             "--readers", "1")
        first, second = self.path("first.jsonl"), self.path("second.jsonl")
        detect = self.start("detect", f"--json={first}")
        self.wait_until("frames", lambda: self.frames_acquired() >= 1000)
        detect.kill()
        detect.wait()
        self.wait_until("the ring to be overrun", lambda: self.frames_acquired() >= 2200)
        detect = self.start("detect", f"--json={second}")
        _, err = self.finish(detect)
        self.assertIn("are gone", err)
        self.finish(acquire)
        before, after = (self.events_in(path) for path in (first, second))
        self.assertEqual(list(range(len(before) + len(after))),
                         [one["number"] for one in before + after])
        self.assertLess(before[-1]["frame"], after[0]["frame"])
        strokes = [one["id"] for one in before + after if one["event"] == "stroke"]
        self.assertEqual(strokes, sorted(set(strokes)))
        self.assertGreater(strokes[-1], len([s for s in before if s["event"] == "stroke"]))
        for one in before + after:
            self.assertAlmostEqual(one["frame"] / sessions.RATE_HZ, one["published_s"], places=5)

    def events_in(self, path):
        with open(path, encoding="utf-8") as file:
            return [json.loads(line) for line in file if line.endswith("\n")]

    def test_a_record_away_for_longer_than_the_ring_holds_names_what_is_lost(self):
        source, _ = self.reference(40)
        acquire = self.start("acquire", "--source", f"session:{source}?speed=10", "--ring", "1",
                             "--readers", "2")
        record = self.start("record", "--output", self.path("out.h5"))
        detect = self.start("detect")
        self.wait_until("frames", lambda: self.frames_acquired() >= 500)
        record.kill()
        record.wait()
        self.wait_until("the ring to be overrun", lambda: self.frames_acquired() >= 1500)
        record = self.start("record", "--output", self.path("out.h5"))
        for process in (record, detect, acquire):
            self.finish(process)
        first, last, markers = sessions.lost_of(self.path("out.h5"))
        self.assertEqual(1, markers)
        given, recorded = sessions.frames_of(source), sessions.frames_of(self.path("out.h5"))
        self.assertEqual(given["time"][:first * 8] + given["time"][(last + 1) * 8:],
                         recorded["time"])
        self.assertEqual(sessions.GAP_BEFORE, recorded["flags"][first * 2] & sessions.GAP_BEFORE)

    def test_what_is_recovered_after_a_kill_has_maps_that_its_frames_give(self):
        source, _ = self.reference(40)
        self.start("acquire", "--source", f"session:{source}?speed=10", "--readers", "2")
        record = self.start("record", "--output", self.path("out.h5"))
        self.wait_until("16 s of frames", lambda: self.frames_acquired() >= 800)
        record.kill()
        record.wait()
        self.run_verb("recover", self.path("out.h5"), bus=False)
        told = json.loads(self.run_verb("verify", "--json", self.path("out.h5"), bus=False)[0])
        self.assertEqual("as the frames give them", told["maps"])
        self.assertGreater(sessions.maps_of(self.path("out.h5"))["duration"], 5)
        self.assertLess(sessions.maps_of(self.path("out.h5"))["duration"], told["frames"] / 50)

    def test_readers_that_start_late_get_everything(self):
        source, undisturbed = self.reference(6)
        acquire = self.start("acquire", "--source", f"session:{source}?speed=2", "--readers", "2")
        self.wait_until("frames", lambda: self.frames_acquired() >= 100)
        detect = self.start("detect", "--readers", "1")
        self.wait_until("more frames", lambda: self.frames_acquired() >= 150)
        record = self.start("record", "--output", self.path("out.h5"))
        for process in (record, detect, acquire):
            self.finish(process)
        self.assert_same_session(undisturbed, self.path("out.h5"))

    def memory_kb(self, process):
        with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("RssAnon"))

    def watch_acquire(self, acquire, frames):
        """Until it has so many. Returns the most it was late, s, and how its memory grew, kB."""
        first, begun, before = self.frames_acquired(), time.monotonic(), self.memory_kb(acquire)
        late_s = 0.0

        def all_there():
            nonlocal late_s
            now = self.frames_acquired()
            due_s = (now - first) / (SPEED * sessions.RATE_HZ)
            late_s = max(late_s, time.monotonic() - begun - due_s) if now < frames else late_s
            return now == frames
        self.wait_until("all frames", all_there)
        return late_s, self.memory_kb(acquire) - before

    def test_stopped_readers_lose_nothing_and_do_not_burden_acquire(self):
        source, undisturbed = self.reference(SPEED * STOPPED_S + 2)
        acquire = self.start("acquire", "--source", f"session:{source}?speed={SPEED}", "--readers",
                             "2")
        detect = self.start("detect", "--readers", "1")
        record = self.start("record", "--output", self.path("out.h5"))
        self.wait_until("the recording", lambda: os.path.exists(self.path("out.h5")))
        for process in (detect, record):
            process.send_signal(signal.SIGSTOP)
        late_s, grown_kb = self.watch_acquire(acquire,
                                              (SPEED * STOPPED_S + 2) * sessions.RATE_HZ)
        for process in (detect, record):
            process.send_signal(signal.SIGCONT)
        for process in (record, detect, acquire):
            self.finish(process)
        self.assert_same_session(undisturbed, self.path("out.h5"))
        self.assertLess(late_s, LATE_MOST_S)
        self.assertLess(grown_kb, GROWN_MOST_KB)

    def test_recording_goes_on_when_a_full_disk_has_room_again(self):
        source, undisturbed = self.reference(12)
        acquire = self.start("acquire", "--source", f"session:{source}?speed=4", "--readers", "2")
        detect = self.start("detect", "--readers", "1")
        record = self.start("record", "--output", self.path("out.h5"))
        self.wait_until("frames", lambda: self.frames_acquired() >= 150)
        size = os.path.getsize(self.path("out.h5"))
        resource.prlimit(record.pid, resource.RLIMIT_FSIZE, (size + (1 << 19), resource.RLIM_INFINITY))
        self.assertIn("recording stopped", record.stderr.readline() + record.stderr.readline())
        held = sessions.frames_of(self.path("out.h5"), live=True)["time"]
        self.assertTrue(sessions.frames_of(source)["time"].startswith(held))
        self.wait_until("more frames", lambda: self.frames_acquired() >= 400)
        resource.prlimit(record.pid, resource.RLIMIT_FSIZE,
                         (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        for process in (record, detect, acquire):
            self.finish(process)
        self.assert_same_session(undisturbed, self.path("out.h5"))

    def test_readers_told_to_finish_before_they_begin_do_all_there_is(self):
        source, undisturbed = self.reference(6)

        def hold():
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
        acquire = self.start("acquire", "--source", f"session:{source}?speed=10", "--readers", "2")
        self.wait_until("all frames", lambda: self.frames_acquired() == 300)
        readers = [self.start("detect", "--readers", "1", preparation=hold),
                   self.start("record", "--output", self.path("out.h5"), preparation=hold)]
        for process in readers:
            process.send_signal(signal.SIGTERM)
        for process in (*readers, acquire):
            self.finish(process)
        self.assert_same_session(undisturbed, self.path("out.h5"))

    def test_a_record_that_is_interrupted_leaves_a_closed_whole_file(self):
        source, _ = self.reference(30)
        self.start("acquire", "--source", f"session:{source}?speed=5")
        self.start("detect")
        record = self.start("record", "--output", self.path("out.h5"))
        self.wait_until("frames", lambda: self.frames_acquired() >= 100)
        record.send_signal(signal.SIGINT)
        self.finish(record)
        self.assertTrue(sessions.is_closed(self.path("out.h5")))
        given, recorded = sessions.frames_of(source), sessions.frames_of(self.path("out.h5"))
        self.assertGreaterEqual(len(recorded["time"]), 100 * 8)
        self.assertTrue(given["pressure"].startswith(recorded["pressure"]))


if __name__ == "__main__":
    unittest.main()
