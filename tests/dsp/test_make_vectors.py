"""The committed reference vectors are what NumPy and SciPy say today."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).parent

try:
    import numpy as np
    import scipy  # noqa: F401
except ImportError:
    print("skipped: NumPy or SciPy is not there")
    sys.exit(77)


def read(path):
    found, name = {}, None
    for line in path.read_text().splitlines():
        words = line.split()
        if words[0][0].isalpha() and words[0] not in ("nan", "inf"):
            name = words[0]
            found[name] = []
        else:
            found[name] += [float(word) for word in words]
    return found


class Vectors(unittest.TestCase):
    def test_the_script_gives_the_committed_vectors(self):
        with tempfile.TemporaryDirectory() as folder:
            fresh = pathlib.Path(folder, "vectors.txt")
            subprocess.run([sys.executable, HERE / "make_vectors.py", fresh], check=True, env=os.environ)
            ours, theirs = read(HERE / "vectors.txt"), read(fresh)
        self.assertEqual(ours.keys(), theirs.keys())
        for name, values in theirs.items():
            np.testing.assert_allclose(ours[name], values, atol=1e-6 * max(map(abs, values)), err_msg=name)


if __name__ == "__main__":
    unittest.main()
