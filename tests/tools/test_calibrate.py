"""rollscope calibrate: its fits against NumPy and SciPy, its errors on a mat of which the truth is
known, and one calibration all the way: live, recorded, replayed, analysed again."""

import json
import os
import subprocess
import tempfile
import unittest

import h5py
import netCDF4
import numpy
from scipy.optimize import least_squares

ROLLSCOPE = os.environ["ROLLSCOPE"]
ROWS, COLS, PITCH_MM, FULL = 12, 10, 10.0, 4095
CHORD = 0.005  # below this share of full scale a law is its chord
MAT = "sim:roller-strokes?seed=5&exponent=0.8&gain_spread=0.1"


def write(path, counts):
    """A session of frames [n, ROWS, COLS] with neither scale nor name."""
    with netCDF4.Dataset(path, "w") as file:
        for name, count in (("y", ROWS), ("x", COLS)):
            file.createDimension(name, count)
            file.createVariable(name, "f4", (name,))[:] = (numpy.arange(count) + 0.5) * PITCH_MM
            file[name].units = "mm"
        file.createDimension("time", None)
        time = file.createVariable("time", "f8", ("time",))
        time.units = "seconds since 1970-01-01T00:00:00Z"
        time[:] = 1.7e9 + numpy.arange(len(counts)) / 50
        pressure = file.createVariable("pressure", "u2", ("time", "y", "x"))
        pressure.units = "counts"
        pressure.valid_max = numpy.uint16(FULL)
        pressure[:] = counts


class Mat:
    """Cells of counts = offset + gain (kPa / 300)^0.7 (1 + bend kPa) 4095, with noise."""

    def __init__(self, seed=1):
        self.random = numpy.random.default_rng(seed)
        self.gain = self.random.normal(1, 0.1, (ROWS, COLS)).clip(0.6, 1.4)
        self.offset = self.random.uniform(5, 60, (ROWS, COLS))
        self.bend = self.random.normal(0, 1e-4, (ROWS, COLS))

    def press(self, path, kpa, frames=120):
        kpa = numpy.broadcast_to(kpa, (ROWS, COLS))
        mean = self.offset + self.gain * (kpa / 300) ** 0.7 * (1 + self.bend * kpa) * FULL
        counts = mean + self.random.normal(0, 3, (frames, ROWS, COLS))
        counts = numpy.clip(numpy.rint(counts), 0, FULL).astype("u2")
        write(path, counts)
        return counts.mean(axis=0)


def law_of(told, share):
    c = told["coefficients_kpa"]
    if told["law"] == "power":
        curve = lambda u: c[0] * u ** c[1]
    else:
        curve = lambda u: c[0] * u + c[1] * u ** 2 + c[2] * u ** 3
    return numpy.where(share < CHORD, curve(CHORD) * share / CHORD, curve(numpy.maximum(share, CHORD)))


def pressure_of(told, counts):
    """What docs/calibration.md says, in NumPy."""
    cell = {name: numpy.array(told[name]).reshape(told["rows"], told["cols"])
            for name in ("offset", "gain", "bend")}
    response = counts - cell["offset"]
    return law_of(told, response * (cell["gain"] + cell["bend"] * response) / told["full_scale"])


class Calibrate(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="rollscope-calibrate-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.environment = {**os.environ, "XDG_CONFIG_HOME": os.path.join(self.folder, "config")}

    def path(self, name):
        return os.path.join(self.folder, name)

    def run_verb(self, *arguments, code=0):
        result = subprocess.run([ROLLSCOPE, *arguments], capture_output=True, text=True,
                                stdin=subprocess.DEVNULL, timeout=120, env=self.environment)
        self.assertEqual(code, result.returncode, result.stdout + result.stderr)
        return result

    def calibrate(self, *arguments, code=0):
        result = self.run_verb("calibrate", "--json", *arguments, code=code)
        return json.loads(result.stdout) if code == 0 else result.stderr

    def written(self, told):
        with open(told["file"], encoding="utf-8") as file:
            return json.load(file)

    def measured(self, mat, steps):
        """Presses the mat; (options, means by pressure)."""
        means = {0: mat.press(self.path("tare.h5"), 0)}
        options = ["--tare=" + self.path("tare.h5")]
        for kind, kpa in steps:
            path = self.path(f"{kind}{kpa}.h5")
            means[kpa] = mat.press(path, kpa)
            options.append(f"--{kind}={kpa}={path}")
        return options, means

    def test_the_gains_are_those_of_numpy(self):
        pressures = (20, 60, 120, 200)
        options, means = self.measured(Mat(), [("uniform", kpa) for kpa in pressures])
        told = self.written(self.calibrate(*options))
        response = numpy.array([means[kpa] - means[0] for kpa in pressures]).reshape(4, -1)
        middle = response.mean(axis=1)
        for cell in range(ROWS * COLS):
            r = response[:, cell]
            terms = numpy.stack([r, r ** 2], axis=1) / middle[:, None]
            gain, bend = numpy.linalg.lstsq(terms, numpy.ones(4), rcond=None)[0]
            self.assertAlmostEqual(told["gain"][cell], gain, delta=2e-4)
            self.assertAlmostEqual(told["bend"][cell], bend, delta=1e-7)
            self.assertAlmostEqual(told["offset"][cell], means[0].flat[cell], delta=1e-3)

    def equalised(self, told, means):
        shares = {}
        for kpa, mean in means.items():
            cell = {n: numpy.array(told[n]).reshape(ROWS, COLS) for n in ("offset", "gain", "bend")}
            response = mean - cell["offset"]
            shares[kpa] = response * (cell["gain"] + cell["bend"] * response) / FULL
        return shares

    def test_the_power_law_is_that_of_scipy(self):
        pressures = (20, 60, 120, 200)
        options, means = self.measured(Mat(2), [("uniform", kpa) for kpa in pressures])
        told = self.written(self.calibrate(*options))
        shares = self.equalised(told, means)

        def errors(x):
            return [x[0] + numpy.log((shares[k] ** x[1]).mean()) - numpy.log(k) for k in pressures]

        found = least_squares(errors, [5, 1], xtol=1e-15, ftol=1e-15, gtol=1e-15).x
        self.assertAlmostEqual(told["coefficients_kpa"][0] / numpy.exp(found[0]), 1, delta=1e-5)
        self.assertAlmostEqual(told["coefficients_kpa"][1], found[1], delta=1e-5)
        self.assertAlmostEqual(told["coefficients_kpa"][1], 1 / 0.7, delta=0.03)

    def test_the_cubic_law_is_that_of_numpy(self):
        pressures = (15, 40, 80, 140, 200)
        options, means = self.measured(Mat(3), [("uniform", kpa) for kpa in pressures])
        told = self.written(self.calibrate("--law=cubic", *options))
        shares = self.equalised(told, means)
        terms = numpy.array([[(shares[k] ** n).mean() / k for n in (1, 2, 3)] for k in pressures])
        wanted = numpy.linalg.lstsq(terms, numpy.ones(len(pressures)), rcond=None)[0]
        for one, other in zip(told["coefficients_kpa"], wanted):
            self.assertAlmostEqual(one / other, 1, delta=1e-3)

    def test_weights_give_the_law_where_no_pressure_is_known(self):
        mat = Mat(4)
        options, _ = self.measured(mat, [("uniform", 50)])
        foot = numpy.zeros((ROWS, COLS))
        foot[3:9, 2:8] = 1
        for kpa in (30, 80, 160):
            path = self.path(f"foot{kpa}.h5")
            mat.press(path, kpa * foot)
            force_n = kpa * foot.sum() * 1e3 * (PITCH_MM * 1e-3) ** 2
            options.append(f"--weight={force_n}={path}")
        mat.press(self.path("check.h5"), 100)
        told = self.calibrate(*options, f"--check=100={self.path('check.h5')}")
        errors = {step["step"]: abs(step["error_percent"]) for step in told["steps"]}
        self.assertLess(errors["check"], 3)
        self.assertLess(errors["weight"], 2)

    def test_a_simulated_mat_is_within_a_few_per_cent_and_was_not(self):
        steps = [f"--uniform={kpa}={MAT}&uniform_kpa={kpa}" for kpa in (10, 25, 60, 120)]
        checks = [f"--check={kpa}={MAT}&uniform_kpa={kpa}" for kpa in (15, 40, 90)]
        told = self.calibrate("--for=3", f"--tare={MAT}&uniform_kpa=0", *steps, *checks,
                              "--within=2")
        for step in told["steps"]:
            self.assertLess(abs(step["error_percent"]), 2)
            self.assertLess(step["spread_percent"], 2)
            self.assertGreater(step["spread_before_percent"], 8)
        self.assertAlmostEqual(told["coefficients_kpa"][1], 1 / 0.8, delta=0.02)
        # The same law, done by NumPy on what is recorded; and what the mat's own scale would say.
        self.run_verb("live", "--no-dashboard", "--quiet", f"--bus={self.path('bus')}", "--for=3",
                      f"--source={MAT}&uniform_kpa=40&speed=max&calibration=none",
                      f"--output={self.path('40.h5')}")
        with h5py.File(self.path("40.h5")) as file:
            counts = file["pressure"][:].mean(axis=0)
            nominal = counts * file["pressure"].attrs["scale_factor"]
        kpa = pressure_of(self.written(told), counts)
        self.assertLess(abs(kpa / 40 - 1).max(), 0.06)
        self.assertLess(abs(kpa.mean() / 40 - 1), 0.02)
        self.assertGreater(abs(nominal / 40 - 1).mean(), 0.1)

    def test_live_recorded_and_analysed_again_say_the_same(self):
        steps = [f"--uniform={kpa}={MAT}&uniform_kpa={kpa}" for kpa in (10, 40, 120)]
        told = self.calibrate("--for=2", f"--tare={MAT}&uniform_kpa=0", *steps)
        live = ["live", "--no-dashboard", "--quiet", "--json", "--for=9"]
        calibrated = self.run_verb(*live, f"--bus={self.path('b1')}", f"--source={MAT}&speed=max",
                                   f"--output={self.path('a.h5')}").stdout
        self.run_verb(*live, f"--bus={self.path('b2')}",
                      f"--source={MAT}&speed=max&calibration=none",
                      f"--output={self.path('raw.h5')}")
        self.environment["XDG_CONFIG_HOME"] = self.path("elsewhere")
        again = self.run_verb(*live, f"--bus={self.path('b3')}",
                              f"--source=session:{self.path('a.h5')}?speed=max",
                              f"--output={self.path('again.h5')}").stdout
        self.assertEqual(calibrated, again)
        self.assertIn('"event": "stroke"', calibrated.replace('":"', '": "'))
        verified = self.run_verb("verify", "--json", self.path("a.h5"), self.path("again.h5")).stdout
        for line in verified.splitlines():
            self.assertEqual("as the frames give them", json.loads(line)["events"])
            self.assertEqual("as the frames give them", json.loads(line)["maps"])
        with h5py.File(self.path("a.h5")) as file, h5py.File(self.path("raw.h5")) as raw, \
                h5py.File(self.path("again.h5")) as replayed:
            self.assertTrue(numpy.array_equal(file["pressure"][:], raw["pressure"][:]))
            stored = bytes(file["calibration/json"][:])
            self.assertEqual(self.written(told), json.loads(stored))
            self.assertEqual(stored, bytes(replayed["calibration/json"][:]))
            self.assertEqual(told["calibration"], file.attrs["calibration"].decode())
            self.assertNotIn("calibration", raw)
        self.assertIn(told["calibration"], self.run_verb("info", self.path("a.h5")).stdout)
        self.assertIn("not calibrated", self.run_verb("info", self.path("raw.h5")).stdout)
        forces = [json.loads(self.run_verb("analyze", "--json", self.path(name)).stdout)["strokes"]
                  for name in ("a.h5", "raw.h5")]
        self.assertEqual(len(forces[0]), len(forces[1]))
        self.assertNotAlmostEqual(forces[0][0]["mean_force_n"] / forces[1][0]["mean_force_n"], 1,
                                  delta=0.05)
        self.verify_finds_an_altered_calibration(self.path("a.h5"))

    def verify_finds_an_altered_calibration(self, path):
        with h5py.File(path, "r+") as file:
            known = file.attrs["calibration"]
            file.attrs.modify("calibration", numpy.bytes_(known[:-1] + b"?"))
        said = self.run_verb("verify", path, code=1).stderr
        self.assertIn(f"{path}: /calibration is another one than", said)
        with h5py.File(path, "r+") as file:
            file.attrs.modify("calibration", numpy.bytes_(known))
            text = file["calibration/json"]
            at = bytes(text[:]).index(b"gain") + 8
            text[at] = ord("7") if text[at] != ord("7") else ord("3")
        said = self.run_verb("verify", path, code=1).stderr
        self.assertIn(f"{path}: /calibration: ", said)

    def test_a_step_of_another_mat_is_refused(self):
        error = self.calibrate(f"--tare={MAT}&uniform_kpa=0",
                               "--uniform=20=sim:coarse-mat?seed=1&uniform_kpa=20", code=1)
        self.assertIn("another mat", error)

    def test_a_check_that_is_too_far_off_fails(self):
        options, _ = self.measured(Mat(5), [("uniform", 20), ("uniform", 100), ("check", 60)])
        wrong = options[-1].replace("--check=60=", "--check=70=")
        self.assertIn("% off", self.calibrate(*options[:-1], wrong, "--within=5", code=1))
        told = self.calibrate(*options, "--within=5")
        used = self.calibrate(f"--use={told['calibration']}", options[-1], "--within=5")
        self.assertEqual(told["calibration"], used["calibration"])

    def test_nothing_is_asked_where_nobody_can_answer(self):
        for arguments in ([], ["--tare"], ["--uniform=20"], ["--use=x", "--tare"]):
            with self.subTest(arguments=arguments):
                self.calibrate(*arguments, code=2)

    def test_a_mat_that_is_read_throughout_is_read_step_by_step(self):
        told = self.calibrate(f"--source={MAT}&uniform_kpa=50&speed=max", "--for=1", "--tare",
                              "--uniform=50", "--law=linear", code=1)
        self.assertIn("does not answer", told)  # the load lay on the mat already

    def test_a_file_is_not_overwritten(self):
        options, _ = self.measured(Mat(6), [("uniform", 20), ("uniform", 100)])
        output = "--output=" + self.path("own.json")
        self.calibrate(*options, output)
        self.assertIn("exists already", self.calibrate(*options, output, code=1))


if __name__ == "__main__":
    unittest.main()
