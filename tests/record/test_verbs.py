"""rollscope verify, recover and annotate, against files altered by h5py and seen by netCDF4."""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import h5py
import netCDF4

ROLLSCOPE = os.environ["ROLLSCOPE"]


def rollscope(*arguments):
    return subprocess.run([ROLLSCOPE, *arguments], capture_output=True, text=True, timeout=120)


class Verbs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="rollscope-verbs-")
        cls.simulated = cls.path("simulated.h5")
        cls.recorded = cls.path("recorded.h5")
        made = rollscope("simulate", "--quiet", "--scenario", "roller-strokes", "--for", "20", "--output",
                         cls.simulated)
        assert made.returncode == 0, made.stderr
        made = rollscope("live", "--quiet", "--no-dashboard", "--source",
                         f"session:{cls.simulated}?speed=max", "--output", cls.recorded)
        assert made.returncode == 0, made.stderr

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder.name, name)

    def altered(self, name, change):
        path = self.path(name)
        shutil.copy(self.recorded, path)
        with h5py.File(path, "r+") as file:
            change(file)
        return path

    def assert_refused(self, result, *words):
        self.assertEqual(1, result.returncode, result.stdout)
        self.assertEqual(1, len(result.stderr.splitlines()), result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)

    def test_a_recorded_session_is_proven_frame_by_frame_and_event_by_event(self):
        result = rollscope("verify", "--json", self.simulated, self.recorded)
        self.assertEqual((0, ""), (result.returncode, result.stderr))
        simulated, recorded = map(json.loads, result.stdout.splitlines())
        with h5py.File(self.recorded) as file:
            frames = len(file["time"])
            self.assertGreater(len(file["strokes/start"]), 0)
        for told in simulated, recorded:
            self.assertTrue(told["sound"] and told["checksums"])
            self.assertEqual(frames, told["frames"])
        self.assertEqual("none", simulated["events"])
        self.assertEqual("as the frames give them", recorded["events"])

    def test_an_altered_cell_is_found_and_named(self):
        def change(file):
            file["pressure"][7, 0, 0] ^= 1
        path = self.altered("cell.h5", change)
        self.assert_refused(rollscope("verify", path), path, "frame 7 does not match its checksum")

    def test_an_altered_event_is_found_and_named(self):
        def change(file):
            file["strokes/travel"][0] += 1e-9
        path = self.altered("event.h5", change)
        self.assert_refused(rollscope("verify", path), path, "row 0 of /strokes")

    def test_a_missing_event_is_found(self):
        def change(file):
            for column in file["strokes"].values():
                column.resize(len(column) - 1, axis=0)
        path = self.altered("missing.h5", change)
        self.assert_refused(rollscope("verify", path), path, "/strokes has")

    def test_a_bad_file_does_not_keep_the_others_from_being_verified(self):
        bad = self.path("bad.h5")
        with open(bad, "w") as file:
            file.write("nothing")
        result = rollscope("verify", bad, self.recorded)
        self.assert_refused(result, bad, "is no HDF5 file")
        self.assertIn(self.recorded, result.stdout)

    def test_what_was_left_open_is_said_and_recovered(self):
        path = self.altered("left.h5", lambda file: file.attrs.modify("closed", 0))
        self.assert_refused(rollscope("verify", path), path, "recover")
        told = json.loads(rollscope("recover", "--json", path).stdout)
        self.assertFalse(told["was_whole"])
        result = rollscope("verify", "--json", path)
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertEqual(told["frames"], json.loads(result.stdout)["frames"])
        self.assertTrue(json.loads(rollscope("recover", "--json", path).stdout)["was_whole"])

    def test_what_cannot_be_recovered_is_said_and_kept(self):
        path = self.path("cut.h5")
        with open(self.recorded, "rb") as file:
            whole = file.read()
        with open(path, "wb") as file:
            file.write(whole[:len(whole) // 2])
        self.assert_refused(rollscope("recover", path), path, "truncated")
        with open(path, "rb") as file:
            self.assertEqual(whole[:len(whole) // 2], file.read())

    def test_annotations_are_seen_by_others_and_change_no_proof(self):
        path = self.path("annotated.h5")
        shutil.copy(self.recorded, path)
        result = rollscope("annotate", "--subject", "P-3", "--body-part", "calf", "--side", "left",
                           "--pain", "1.5=7", "--mark", "3=turned over", path)
        self.assertEqual(0, result.returncode, result.stderr)
        with netCDF4.Dataset(path) as data:
            self.assertEqual(("P-3", "calf", "left"), (data.subject, data.body_part, data.side))
            markers = data["markers"]
            self.assertEqual([1.5, 3.0], list(markers["time"][-2:]))
            self.assertEqual(7, markers["value"][-2])
            self.assertEqual("turned over", str(markers["text"][-1]))
        result = rollscope("verify", "--json", path)
        self.assertEqual("as the frames give them", json.loads(result.stdout)["events"])

    def python_of_the_documentation(self, which):
        with open(os.path.join(os.environ["ROLLSCOPE_SOURCE"], "docs/session-file.md")) as file:
            return re.findall(r"```python\n(.*?)```", file.read(), flags=re.S)[which]

    def python(self, text):
        return subprocess.run([sys.executable, "-c", text], capture_output=True, text=True,
                              cwd=self.folder.name, timeout=60)

    def test_five_lines_of_python_make_a_session(self):
        made = self.python("import numpy\nkpa = numpy.random.rand(75, 8, 9) * 50\n" +
                           self.python_of_the_documentation(0))
        self.assertEqual(0, made.returncode, made.stderr)
        told = json.loads(rollscope("info", "--json", self.path("mine.h5")).stdout)
        self.assertEqual((75, 8, 9, 8.0), (told["frames"], told["mat"]["rows"], told["mat"]["cols"],
                                           told["mat"]["pitch_x_mm"]))
        self.assertAlmostEqual(74 / 50, told["duration_s"], places=6)

    def test_ten_lines_of_python_follow_a_recording(self):
        live = subprocess.Popen(
            [ROLLSCOPE, "live", "--quiet", "--no-dashboard", "--source",
             f"session:{self.simulated}?speed=4", "--output", self.path("live.h5")],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        follow = self.python_of_the_documentation(1)
        result = self.python(follow)
        while result.returncode != 0 and live.poll() is None:  # before the first commit
            result = self.python(follow)
        self.assertEqual((0, ""), (live.wait(60), live.stderr.read()))
        live.stderr.close()
        self.assertEqual(0, result.returncode, result.stderr)
        counts = [int(line.split()[0]) for line in result.stdout.splitlines()]
        with h5py.File(self.path("live.h5")) as file:
            self.assertEqual(len(file["time"]), counts[-1])
        self.assertEqual(sorted(counts), counts)
        self.assertGreater(len(set(counts)), 2)

    def test_an_analysis_is_saved_beside_what_was_recorded(self):
        path = self.path("analysed.h5")
        shutil.copy(self.recorded, path)
        command = ["analyze", "--json", "--set", "min_travel_mm=60", "--save", "long-strokes", path]
        result = rollscope(*command)
        self.assertEqual((0, ""), (result.returncode, result.stderr))
        told = json.loads(result.stdout)
        with netCDF4.Dataset(path) as data, netCDF4.Dataset(self.recorded) as before:
            saved = data["analysis/long-strokes"]
            self.assertEqual([stroke["travel_mm"] for stroke in told["strokes"]],
                             list(saved["strokes"]["travel"]))
            self.assertEqual(60, saved["parameters"].min_travel_mm)
            self.assertEqual(told["summary"]["one_way"], saved["summary"].one_way)
            self.assertEqual(list(before["strokes"]["travel"]), list(data["strokes"]["travel"]))
        self.assert_refused(rollscope(*command), path, "long-strokes")
        self.assertEqual(0, rollscope("verify", path).returncode)

    def test_a_rating_that_is_none_is_wrong_usage(self):
        for value in "1=11", "x=3", "3", "1=":
            result = rollscope("annotate", "--pain", value, self.recorded)
            self.assertEqual(2, result.returncode, value)
        self.assertEqual(2, rollscope("annotate", self.recorded).returncode)


if __name__ == "__main__":
    unittest.main()
