"""Every bundled session gives the same events, to the bit: live, replayed, analysed with one worker
and with two."""

import os
import shutil
import unittest

import sessions
from support import PipelineTest

FOLDER = os.path.join(os.environ["ROLLSCOPE_SOURCE"], "datasets")
BUNDLED = sorted(name for name in os.listdir(FOLDER) if name.endswith(".h5"))


class Bundled(PipelineTest):
    def play_live(self, name):
        recorded = self.path(f"live-{name}")
        self.run_verb("live", "--no-dashboard", "--source",
                      f"session:{os.path.join(FOLDER, name)}?speed=max", "--output", recorded)
        return recorded

    def replay(self, path, speed):
        recorded = f"{path}-{speed}.h5"
        bus = ("--bus", self.path(f"bus-{os.path.basename(recorded)}"))
        record = self.start("record", "--output", recorded, *bus, bus=False)
        detect = self.start("detect", "--readers", "1", *bus, bus=False)
        self.run_verb("replay", path, "--speed", speed, "--readers", "2", *bus, bus=False)
        for process in (detect, record):
            self.finish(process)
        return recorded

    def analyse(self, paths, workers):
        """Copies are analysed, all in one run; returns the copies by the names of the files."""
        copies = {os.path.basename(path): shutil.copy(
            path, self.path(f"{workers}-{os.path.basename(path)}")) for path in paths}
        self.run_verb("analyze", "--save", "again", "--contacts", "--jobs", str(workers),
                      *copies.values(), bus=False)
        return copies

    def test_live_replayed_and_analysed_with_one_worker_or_two_give_the_same_events(self):
        self.assertGreaterEqual(len(BUNDLED), 3)
        live = {name: self.play_live(name) for name in BUNDLED}
        events = {name: sessions.events_of(path) for name, path in live.items()}
        for name, path in live.items():
            self.assertGreater(len(events[name]["contacts/time"]), 0)
            self.run_verb("verify", path, bus=False)
            with self.subTest(replayed=name):
                self.assert_same_session(path, self.replay(path, "max"))
        with self.subTest(replayed="at ten times real time"):
            path = live[BUNDLED[0]]
            self.assert_same_session(path, self.replay(path, "10"))
        sources = [os.path.join(FOLDER, name) for name in BUNDLED]
        for workers in (1, 2):
            copies = self.analyse([*live.values(), *sources], workers)
            self.assertEqual(2 * len(BUNDLED), len(copies))
            for name, path in copies.items():
                with self.subTest(analysed=name, workers=workers):
                    self.assert_same(events[name.removeprefix("live-")],
                                     sessions.events_of(path, "/analysis/again"))
                    self.assert_same_maps(live[name.removeprefix("live-")], path)

    def assert_same_maps(self, live, analysed):
        expected, found = sessions.maps_of(live), sessions.maps_of(analysed, "analysis/again/")
        self.assertEqual(sorted(expected), sorted(found))
        for band, cells in expected.items():
            self.assertEqual(cells.tobytes(), found[band].tobytes(), band)


if __name__ == "__main__":
    unittest.main()
