"""`rollscope import`: exports of other makers' software become sessions, value by value; what is wrong
with one is said with its line, and nothing is left behind.

The small exports are written here, by hand, in the layout of the real ones; these are compared whole,
where they are present, with what NumPy reads from them."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

import h5py
import numpy as np

PROGRAM = os.environ["ROLLSCOPE"]
REAL = pathlib.Path(os.environ["ROLLSCOPE_DATA"]) / "pressuRe"
KPA_PER_MMHG = 0.133322387415

TEKSCAN = """DATA_TYPE MOVIE
VERSION Tekscan Pressure Measurement System 6.33
HARDWARE 116
SENSOR_TYPE BODY
ROWS 2
COLS 3
ROW_SPACING 5.08 mm
COL_SPACING 0.4 in
SECONDS_PER_FRAME 0.032
TIME Thursday
SATURATION_PRESSURE 150 KPa
UNITS KPa
ASCII_DATA @@

Frame 1
B,0,18
0,7,B

Frame 2
B,36,18
1,0,B

Frame 5
B,0,0
2,0,B
@@
"""

NOVEL = """file name: a.mat date/time 01.02.23 15.21
mat type s1
total times [secs]: 1.0 time per frame [secs]: 0.05000 scanning rate [Hz]: 20
pressure values in kPa


electrical:
time[secs]       4       5       7       9
   1.00000   0.000   2.500   5.000   0.125
   1.05000   1.000   0.000   0.000   0.000
   1.20000   0.000   0.000   0.000  70.000
       MPP   1.000   2.500   5.000  70.000
       MVP   1.000   2.500   5.000  70.000

 time[secs] force[N]   x[cm]   y[cm]
   1.00000    0.000       -       -

sensor        4        5        7        9
corner[cm]
x[c]   0.2500   0.2500   0.7500   0.7500
y[c]   1.5000   0.5000   1.5000   0.5000
area   0.5000   0.5000   0.5000   0.5000
"""


def xsensor(frames):
    """Frames of (number, clock, [left, right]), each a grid."""
    lines = ['File:,"A.XSN"', "Units:,mmHg", "Threshold:,51.72"]
    for number, clock, grids in frames:
        lines += [f"FRAME,{number}", "Date, 2022 Aug 16", f"Time, {clock}"]
        for name, grid in zip("LR", grids):
            lines += [f"SENSOR,HX {name}", f"Rows,{len(grid)}", f"Columns,{len(grid[0])}", "Sensel Width (cm),0.86",
                      "Sensel Height (cm),1.2", "Peak Pressure (mmHg),3", "SENSELS"]
            lines += [",".join(map(str, row)) for row in grid] + ["GROUP,1"]
    return "".join(f"{line},,\n,,\n" for line in lines)


LEFT, RIGHT = [[0, 55.15], [100.2, 0]], [[1, 2, 3]]
XSENSOR = xsensor([(7, "23:59:59.990", [LEFT, RIGHT]), (8, "00:00:00.003", [RIGHT * 2, RIGHT])][:1]
                  + [(8, "00:00:00.003", [[[0, 0], [0, 2674.44]], [[4, 5, 6]]]), (11, "00:00:00.040", [LEFT, RIGHT])])


class ImportTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_import(self, *words):
        return subprocess.run([PROGRAM, "import", *map(str, words)], cwd=self.folder, capture_output=True, text=True,
                              timeout=120, check=False)

    def written(self, text, name="export.txt"):
        path = self.folder / name
        path.write_text(text, encoding="utf-8", newline="")
        return path

    def imported(self, path, *words):
        output = self.folder / "session.h5"
        output.unlink(missing_ok=True)
        done = self.run_import(path, "--output", output, *words)
        self.assertEqual(0, done.returncode, done.stderr)
        proof = subprocess.run([PROGRAM, "verify", output], capture_output=True, text=True, timeout=120, check=False)
        self.assertEqual(0, proof.returncode, proof.stderr)
        return h5py.File(output)

    def assert_pressure(self, file, expected, within_kpa):
        pressure = file["pressure"]
        kpa = pressure[()] * pressure.attrs["scale_factor"] + pressure.attrs["add_offset"]
        self.assertEqual(np.shape(expected), kpa.shape)
        self.assertLessEqual(np.abs(kpa - expected).max(), within_kpa)

    def assert_times(self, file, expected_s):
        np.testing.assert_allclose(file["time"][()] - file["time"][0], expected_s, atol=2e-6)


class Import(ImportTest):
    def test_a_tekscan_export(self):
        file = self.imported(self.written(TEKSCAN))
        self.assert_pressure(file, [[[0, 0, 18], [0, 7, 0]], [[0, 36, 18], [1, 0, 0]], [[0, 0, 0], [2, 0, 0]]], 1e-9)
        self.assert_times(file, [0, 0.032, 0.128])
        self.assertEqual([0, 0, 1], list(file["flags"][()] & 1))
        self.assertEqual([0, 1, 4], list(file["sequence"][()] - file["sequence"][0]))
        np.testing.assert_allclose(file["x"][()], [5.08, 15.24, 25.4])
        np.testing.assert_allclose(file["y"][()], [2.54, 7.62])
        self.assertEqual(b"tekscan", bytes(file.attrs["device_protocol"]))
        self.assertIn(b"Thursday", bytes(file.attrs["notes"]))

    def test_a_novel_export(self):
        file = self.imported(self.written(NOVEL))
        # 5 is at x 2.5, y 5 mm, 9 right of it; 4 and 7 are 10 mm farther along y.
        self.assert_pressure(file, [[[2.5, 0.125], [0, 5]], [[0, 0], [1, 0]], [[0, 70], [0, 0]]], 0.0011)
        self.assert_times(file, [0, 0.05, 0.2])
        self.assertEqual([0, 0, 1], list(file["flags"][()] & 1))
        np.testing.assert_allclose(np.diff(file["x"][()]), 5)
        np.testing.assert_allclose(np.diff(file["y"][()]), 10)

    def test_an_xsensor_export_of_two_sensors_over_midnight(self):
        path = self.written(XSENSOR)
        with self.imported(path) as file:
            left = np.array([LEFT, [[0, 0], [0, 2674.44]], LEFT]) * KPA_PER_MMHG
            self.assert_pressure(file, left, 0.03 * KPA_PER_MMHG)
            self.assert_times(file, [0, 0.013, 0.05])
            self.assertEqual([0, 0, 1], list(file["flags"][()] & 1))
            np.testing.assert_allclose(file["y"][()], [6, 18])
        with self.imported(path, "--sensor", "2") as file:
            self.assert_pressure(file, np.array([RIGHT, [[4, 5, 6]], RIGHT]) * KPA_PER_MMHG, 1e-9)
        done = self.run_import(path, "--sensor", "3")
        self.assertEqual(1, done.returncode)
        self.assertIn("no sensor 3, but 2", done.stderr)

    def test_ends_of_lines_and_a_mark_of_utf_8_do_not_matter(self):
        for text in (TEKSCAN, NOVEL, XSENSOR):
            with self.imported(self.written(text)) as file:
                expected = file["pressure"][()]
            with self.imported(self.written("\ufeff" + text.replace("\n", "\r\n"))) as file:
                np.testing.assert_array_equal(expected, file["pressure"][()])

    def test_the_same_export_is_the_same_session(self):
        path = self.written(NOVEL)
        ids = [self.imported(path).attrs["session_id"] for _ in range(2)]
        self.assertEqual(ids[0], ids[1])
        self.assertNotEqual(ids[0], self.imported(self.written(NOVEL.replace("70.000", "71.000"))).attrs["session_id"])

    def assert_refused(self, text, *said):
        path = self.written(text, "bad.txt")
        done = self.run_import(path)
        self.assertEqual(1, done.returncode, text[-200:])
        self.assertIn(str(path), done.stderr)
        for words in said:
            self.assertIn(words, done.stderr)
        self.assertEqual([], list(self.folder.glob("bad.h5*")))

    def test_an_export_that_ends_early_is_refused(self):
        for text in (TEKSCAN, NOVEL):
            for end in range(0, text.rstrip().rfind("\n" if text is TEKSCAN else "\narea"), 19):
                with self.subTest(end=end):
                    self.assert_refused(text[:end])
        last = XSENSOR.rfind("SENSELS", 0, XSENSOR.rfind("SENSOR,HX R"))  # the left one's
        for end in (3, 20, XSENSOR.find("SENSELS"), XSENSOR.rfind("FRAME") + 30, last, last + 14):
            with self.subTest(end=end):
                self.assert_refused(XSENSOR[:end])

    def test_what_is_wrong_is_named_with_its_line(self):
        for text, old, new, *said in (
                (TEKSCAN, "B,36,18", "B,x,18", ":20:", "'x,18'"),
                (TEKSCAN, "B,36,18", "B,-3,18", ":20:"),
                (TEKSCAN, "B,36,18", "B,36", ":20:"),
                (TEKSCAN, "B,36,18", "B,36,18,4", ":20:", "more values"),
                (TEKSCAN, "B,36,18", "B,36\0,18", ":20:"),
                (TEKSCAN, "B,36,18", "B,nan,18", ":20:"),
                (TEKSCAN, "Frame 2", "Frame 1", "rise"),
                (TEKSCAN, "ROWS 2", "ROWS 20000", ":5:", "20000"),
                (TEKSCAN, "ROWS 2\n", "", "not all said"),
                (TEKSCAN, "UNITS KPa", "UNITS stone", ":12:", "stone"),
                (TEKSCAN, "UNITS KPa\n", "", "unit"),
                (TEKSCAN, "5.08 mm", "5.08 ell", ":7:", "ell"),
                (TEKSCAN, "SECONDS_PER_FRAME 0.032\n", "", "SECONDS_PER_FRAME"),
                (NOVEL, "1.05000   1.000", "1.05000   1,000", ":10:", "1,000"),
                (NOVEL, "   1.20000", "   0.20000", "rise"),
                (NOVEL, "y[c]   1.5000", "y[c]   9.5000", "even grid"),
                (NOVEL, "sensor        4", "sensor        3", "first table"),
                (XSENSOR, "55.15", "55.15.1", "55.15.1"),
                (XSENSOR, "Time, 00:00:00.040", "Time, soon", "no Time"),
                (XSENSOR, "Columns,2", "Columns,0", "out of range")):
            with self.subTest(new=new):
                self.assertIn(old, text)
                self.assert_refused(text.replace(old, new), *said)

    def test_what_is_no_export_is_refused_and_does_not_stop_the_others(self):
        good, bad = self.written(TEKSCAN, "good.asf"), self.written("time,pressure\n0,1\n", "bad.csv")
        done = self.run_import(bad, self.folder / "none.asc", good)
        self.assertEqual(1, done.returncode)
        self.assertIn(f"{bad}: is no export", done.stderr)
        self.assertIn("none.asc", done.stderr)
        self.assertTrue((self.folder / "good.h5").exists())

    def test_nothing_is_overwritten(self):
        path = self.written(TEKSCAN, "one.asf")
        self.assertEqual(0, self.run_import(path).returncode)
        before = (self.folder / "one.h5").read_bytes()
        self.assertEqual(1, self.run_import(path).returncode)
        self.assertEqual(before, (self.folder / "one.h5").read_bytes())

    def test_one_output_is_for_one_export(self):
        path = self.written(TEKSCAN)
        self.assertEqual(2, self.run_import(path, path, "--output", "x.h5").returncode)
        self.assertEqual(2, self.run_import(path, "--sensor", "0").returncode)


@unittest.skipUnless(REAL.is_dir(), f"the real exports are not at {REAL}")
class RealExports(ImportTest):
    """Every value of every frame."""

    def test_pliance(self):
        lines = (REAL / "pliance_test.asc").read_text(encoding="latin1").splitlines()
        head = next(i for i, line in enumerate(lines) if line.startswith("time[secs]"))
        end = next(i for i, line in enumerate(lines) if line.split()[:1] == ["MPP"])
        table = np.loadtxt(lines[head + 1:end])
        x, y = (np.array(next(line for line in lines if line.startswith(name)).split()[1:], float)
                for name in ("x[c]", "y[c]"))
        cols, rows = (np.unique(at.round(3), return_inverse=True)[1] for at in (x, y))
        expected = np.zeros((len(table), rows.max() + 1, cols.max() + 1))
        expected[:, rows, cols] = table[:, 1:]
        with self.imported(REAL / "pliance_test.asc") as file:
            self.assert_pressure(file, expected, 0.0026)
            self.assert_times(file, table[:, 0] - table[0, 0])

    def test_fscan(self):
        text = (REAL / "fscan_testL.asf").read_text(encoding="latin1").replace("B", "0")
        frames = re.split(r"Frame \d+\n", text)[1:]
        expected = [np.array([line.split(",") for line in frame.split("\n") if "," in line], float) for frame in frames]
        with self.imported(REAL / "fscan_testL.asf") as file:
            self.assert_pressure(file, expected, 1e-9)
            self.assert_times(file, 0.032 * np.arange(len(expected)))

    def test_xsensor(self):
        lines = [line.rstrip(",") for line in (REAL / "xsensor_data.csv").read_text(encoding="latin1").splitlines()]
        lines = [line for line in lines if line]
        sensors = [i for i, line in enumerate(lines) if line.startswith("SENSOR,")]
        begins = [lines.index("SENSELS", i) + 1 for i in sensors]  # those of its groups come later
        for sensor in (0, 1):
            expected = [[row.split(",") for row in lines[begin:begin + 31]] for begin in begins[sensor::2]]
            with self.imported(REAL / "xsensor_data.csv", "--sensor", sensor + 1) as file:
                self.assert_pressure(file, np.array(expected, float) * KPA_PER_MMHG, 0.026 * KPA_PER_MMHG)


if __name__ == "__main__":
    unittest.main()
