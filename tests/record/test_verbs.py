"""rollscope verify, recover and annotate, against files altered by h5py and seen by netCDF4."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
import zlib

import h5py
import netCDF4
import numpy as np

ROLLSCOPE = os.environ["ROLLSCOPE"]


def rollscope(*arguments):
    return subprocess.run([ROLLSCOPE, *arguments], capture_output=True, text=True, timeout=120)


def row_checksums(group):
    """CRC-32 of each row: its columns in the order in which they were made, little-endian."""
    columns = [group[name] for name in group
               if name != "checksum" and not name.endswith("_length")]
    return [zlib.crc32(b"".join(column[row].tobytes() for column in columns))
            for row in range(len(columns[0]))]


class Verbs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="rollscope-verbs-")
        cls.simulated = cls.path("simulated.h5")
        cls.recorded = cls.path("recorded.h5")
        made = rollscope("simulate", "--quiet", "--scenario", "roller-strokes", "--for", "14", "--output",
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
        self.assertEqual(("none", 0), (simulated["maps"], simulated["counters"]))
        self.assertEqual("as the frames give them", recorded["maps"])
        self.assertGreater(recorded["counters"], 10)

    def test_an_altered_cell_is_found_and_named(self):
        def change(file):
            file["pressure"][7, 0, 0] ^= 1
        path = self.altered("cell.h5", change)
        self.assert_refused(rollscope("verify", path), path, "frame 7 does not match its checksum")

    def test_an_altered_event_is_found_and_named(self):
        def change(file):
            file["strokes/travel"][0] += 1e-9
        path = self.altered("event.h5", change)
        self.assert_refused(rollscope("verify", path), path,
                            "row 0 of /strokes does not match its checksum")

    def test_every_event_has_the_checksum_that_is_documented(self):
        with h5py.File(self.recorded) as file:
            for group in ("contacts", "strokes", "bouts"):
                rows = len(file[group]["event"])
                self.assertGreater(rows, 0)
                self.assertEqual(row_checksums(file[group]),
                                 file[group]["checksum"][()].tolist())

    def test_an_event_that_was_altered_with_its_checksum_is_found(self):
        def change(file):
            file["strokes/travel"][0] += 1e-9
            file["strokes/checksum"][...] = row_checksums(file["strokes"])
        path = self.altered("made-up-event.h5", change)
        self.assert_refused(rollscope("verify", path), path,
                            "row 0 of /strokes is not what its frames give")

    def test_an_altered_summary_is_found(self):
        def change(file):
            file["summary"].attrs.modify("one_way", np.uint32(file["summary"].attrs["one_way"] + 1))
        path = self.altered("summary.h5", change)
        self.assert_refused(rollscope("verify", path), path, "/summary does not match its checksum")

    def test_altered_maps_are_found(self):
        def change(file):
            file["maps/moving"][3, 4] += 1
        path = self.altered("maps.h5", change)
        self.assert_refused(rollscope("verify", path), path, "/maps does not match its checksum")

    def test_maps_without_a_checksum_are_taken_and_said_to_be_so(self):
        path = self.path("no-checksum.h5")
        shutil.copy(self.recorded, path)
        with h5py.File(path, "r+") as file:
            del file["maps/checksum"]
        told = rollscope("verify", "--json", path)
        self.assertEqual("as the frames give them", json.loads(told.stdout)["maps"], told.stderr)
        self.assertIsNotNone(json.loads(rollscope("info", "--json", path).stdout)["maps"])
        with h5py.File(path, "r+") as file:
            file.attrs["software"] = "rollscope 0.0.1"
        told = rollscope("verify", "--json", path)
        self.assertEqual("not compared: made by another version, no checksum",
                         json.loads(told.stdout)["maps"], told.stderr)

    def test_maps_that_were_altered_with_their_checksum_are_found(self):
        def change(file):
            maps = file["maps"]
            crc = zlib.crc32(b"".join(maps[name][()].tobytes()
                                      for name in ("static", "moving", "fast", "duration")))
            self.assertEqual(crc, maps["checksum"][()])
            maps["duration"][()] -= 1
            maps["checksum"][()] = zlib.crc32(b"".join(
                maps[name][()].tobytes() for name in ("static", "moving", "fast", "duration")))
        path = self.altered("made-up.h5", change)
        self.assert_refused(rollscope("verify", path), path, "/maps are not what its frames give")

    def test_maps_of_the_wrong_shape_are_found(self):
        def change(file):
            del file["maps/fast"]
            file["maps/fast"] = np.zeros((2, 2), "f4")
        path = self.altered("shape.h5", change)
        self.assert_refused(rollscope("verify", path), path, "/maps/fast has the wrong shape")

    def test_altered_counters_are_found(self):
        def change_unit(file):
            file["health/lost"].attrs.modify("units", "s")

        def change_value(file):
            file["health/lost"][()] = np.nan

        def remove(file):
            del file["health/lost"]
        for number, change in enumerate((change_unit, change_value, remove)):
            path = self.altered(f"health{number}.h5", change)
            self.assert_refused(rollscope("verify", path), path, "/health/")

    def test_a_truth_of_the_wrong_shape_is_found(self):
        path = self.path("truth.h5")
        shutil.copy(self.simulated, path)
        with h5py.File(path, "r+") as file:
            del file["truth/strokes/end"]
            file["truth/strokes/end"] = np.zeros(1)
        self.assert_refused(rollscope("verify", path), path, "truth")

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

    def test_an_analysis_that_its_frames_do_not_give_is_named(self):
        path = self.path("two-analyses.h5")
        shutil.copy(self.recorded, path)
        for name, setting in ("long", "min_travel_mm=60"), ("usual", "min_travel_mm=20"):
            self.assertEqual(0, rollscope("analyze", "--quiet", "--set", setting, "--save", name,
                                          path).returncode)
        told = rollscope("verify", "--json", path)
        self.assertEqual(0, told.returncode, told.stderr)
        self.assertEqual(2, json.loads(told.stdout)["analyses"])
        for place in "usual/strokes/travel", "usual/maps/moving":
            changed = self.path("changed-" + place.split("/")[-1] + ".h5")
            shutil.copy(path, changed)
            with h5py.File(changed, "r+") as file:
                column = file["analysis/" + place]
                column[0] = column[0] * 1.25 + 1
                if "maps" in place:
                    del file["analysis/usual/maps/checksum"]
            self.assert_refused(rollscope("verify", changed), changed, "analysis/usual/")
        with h5py.File(path, "r+") as file:
            file["analysis/usual/parameters"].attrs["software"] = "rollscope 0.0.1"
        told = json.loads(rollscope("verify", "--json", path).stdout)
        self.assertEqual((1, 1), (told["analyses"], told["other_analyses"]))

    def test_a_rating_that_is_none_is_wrong_usage(self):
        for value in "1=11", "x=3", "3", "1=":
            result = rollscope("annotate", "--pain", value, self.recorded)
            self.assertEqual(2, result.returncode, value)
        self.assertEqual(2, rollscope("annotate", self.recorded).returncode)


if __name__ == "__main__":
    unittest.main()
