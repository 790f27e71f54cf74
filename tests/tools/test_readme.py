"""The Python of the README reads a recorded session, as it stands there."""

import os
import re
import subprocess
import sys
import tempfile
import unittest

import support_session as session

ROLLSCOPE = os.environ["ROLLSCOPE"]
README = os.path.join(os.environ["ROLLSCOPE_SOURCE"], "README.md")


class Readme(unittest.TestCase):
    def test_its_python_prints_the_strokes_that_were_recorded(self):
        with open(README, encoding="utf-8") as file:
            (code,) = re.findall(r"```python\n(.*?)```", file.read(), flags=re.S)
        with tempfile.TemporaryDirectory(prefix="rollscope-readme-") as folder:
            session.write(os.path.join(folder, "mat.nc"), session.rolling(4))
            subprocess.run([ROLLSCOPE, "live", "--quiet", "--no-dashboard", "--source",
                            "session:mat.nc?speed=max", "--output", "session.h5",
                            "--bus", os.path.join(folder, "bus")],
                           cwd=folder, check=True, timeout=120, stdout=subprocess.DEVNULL)
            result = subprocess.run([sys.executable, "-c", code], cwd=folder, check=True,
                                    capture_output=True, text=True, timeout=120)
        peak_kpa, travels_mm, starts = re.fullmatch(
            r"(\S+) kPa at most\n\[(.*?)\] mm, begun at \[(.*?)\]\n", result.stdout,
            flags=re.S).groups()
        self.assertAlmostEqual(60, float(peak_kpa), delta=1)
        self.assertEqual(4, len(travels_mm.split()))
        for travel_mm in travels_mm.split():
            self.assertAlmostEqual(120, float(travel_mm), delta=12)
        self.assertEqual(4, starts.count("2023-11-14T22:13:2"))


if __name__ == "__main__":
    unittest.main()
