"""A session that is split into several files is the same session: frames and events, to the bit."""

import glob
import json
import os
import signal
import unittest

import h5py

import sessions
from support import PipelineTest

GROUPS = ("strokes", "holds", "contacts")


class Parts(PipelineTest):
    def setUp(self):
        super().setUp()
        self.source = self.session("a.h5", 60)
        self.whole = self.path("whole.h5")
        self.live("whole.h5")

    def live(self, output, *arguments, kills=0):
        live = self.start("live", "--json", "--source", f"session:{self.source}?speed=max",
                          "--output", self.path(output), *arguments)
        for line in live.stdout:
            if kills and '"event":"stroke"' in line and json.loads(line)["number"] > 400 / kills:
                kills -= 1
                os.kill(self.child_of(live, "record"), signal.SIGKILL)
        return self.finish(live)

    def parts(self):
        return sorted(glob.glob(self.path("part-*.h5")))

    def joined(self, read):
        """What the parts hold, one after the other."""
        found = {}
        for path in self.parts():
            for name, value in read(path).items():
                found[name] = found.get(name, b"") + value
        return found

    def assert_parts_are_the_whole(self):
        self.assert_same(sessions.frames_of(self.whole), self.joined(sessions.frames_of))
        whole, parts = sessions.events_of(self.whole), self.joined(sessions.events_of)
        for name in whole:
            if name.split("/")[0] in GROUPS and not name.endswith("_length"):
                self.assertEqual(whole[name], parts[name], name)
        words = self.run_verb("verify", "--json", *self.parts(), bus=False)[0].splitlines()
        self.assertEqual([True] * len(self.parts()), [json.loads(line)["sound"] for line in words])
        self.assertEqual("as the frames give them", json.loads(words[-1])["events"])

    def test_parts_by_time_join_to_the_session(self):
        self.live("part.h5", "--split", "12s")
        self.assertEqual(["part-001.h5", "part-002.h5", "part-003.h5", "part-004.h5",
                          "part-005.h5"], [os.path.basename(path) for path in self.parts()])
        for number, path in enumerate(self.parts()):
            with h5py.File(path) as file:
                self.assertEqual((number + 1, 600 * number, 600),
                                 (file.attrs["part"], file.attrs["first_frame"],
                                  len(file["time"])))
        self.assert_parts_are_the_whole()

    def test_parts_by_size_stay_below_it(self):
        self.live("part.h5", "--split", "1MB")
        self.assertEqual(2, len(self.parts()))
        self.assertLess(max(os.path.getsize(path) for path in self.parts()), 1_000_000)
        self.assert_parts_are_the_whole()

    def test_a_record_that_is_killed_goes_on_with_its_part(self):
        _, err = self.live("part.h5", "--split", "20s", kills=2)
        self.assertIn("record died (Killed); starting it again", err)
        self.assertEqual(3, len(self.parts()))
        self.assert_parts_are_the_whole()

    def test_a_part_that_is_missing_or_altered_is_found(self):
        self.live("part.h5", "--split", "25s")
        first, second, third = self.parts()
        words = self.run_verb("verify", "--json", first, third, bus=False)[0].splitlines()
        self.assertIn("the parts before are missing", words[1])
        with h5py.File(second, "r+") as file:
            file.attrs["first_frame"] = 1249
        words = self.run_verb("verify", "--json", first, second, third, code=1,
                              bus=False)[0].splitlines()
        self.assertIn("begins at frame 1249, the part before it ends at 1250", words[1])


if __name__ == "__main__":
    unittest.main()
