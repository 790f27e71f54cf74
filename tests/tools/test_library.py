"""The installed library: a program outside the repository, built by its pkg-config file alone, counts
the same strokes and holds in the same frames as `analyze`."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import h5py
import numpy

PROGRAM = pathlib.Path(os.environ["ROLLSCOPE"])
SOURCE = pathlib.Path(os.environ["ROLLSCOPE_SOURCE"])
SESSION = SOURCE / "datasets" / "roller-knots.h5"


def run(*command, **how):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True,
                          text=True, **how).stdout


def sanitizers():
    """A library with sanitizers wants them in the program, too."""
    for line in (PROGRAM.parent / "CMakeCache.txt").read_text().splitlines():
        if line.startswith("ROLLSCOPE_SANITIZE:") and not line.endswith("="):
            return ["-fsanitize=" + line.partition("=")[2]]
    return []


def frames_as_text():
    """What the example reads, and its arguments."""
    with h5py.File(SESSION) as file:
        pressure, pitch = file["pressure"], numpy.diff(file["x"][:2])[0]
        times, counts = file["time"][:], pressure[:]
        scale = float(pressure.attrs["scale_factor"])
    lines = (f"{time:.6f} " + " ".join(map(str, frame.ravel()))
             for time, frame in zip(times, counts))
    return [counts.shape[1], counts.shape[2], pitch, repr(scale)], "\n".join(lines)


class Library(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        run("cmake", "--install", PROGRAM.parent, "--prefix", self.folder, "--component", "library")
        (self.description,) = self.folder.rglob("rollscope.pc")

    def flags(self, *which):
        path = {**os.environ, "PKG_CONFIG_PATH": str(self.description.parent)}
        return run("pkg-config", *which, "rollscope", env=path).split()

    def build(self, source):
        program = self.folder / "program"
        run("cc", "-std=c17", "-Wall", "-Wextra", "-Werror", source, "-o", program, *sanitizers(),
            *self.flags("--cflags", "--libs"))
        return program

    def test_the_example_counts_what_analyze_counts(self):
        program = self.build(SOURCE / "docs" / "examples" / "count.c")
        arguments, frames = frames_as_text()
        said = run(program, *arguments, input=frames).splitlines()
        found = json.loads(run(PROGRAM, "analyze", "--json", SESSION))
        strokes = [f"stroke {one['start_s']:.6f} {one['end_s']:.6f} {one['travel_mm']:.3f}"
                   for one in found["strokes"]]
        holds = [f"hold {one['start_s']:.6f} {one['end_s']:.6f}" for one in found["holds"]]
        self.assertGreater(len(strokes), 10)
        self.assertEqual(sorted(said), sorted(strokes + holds))

    def test_every_public_header_stands_alone(self):
        headers = self.folder / "include" / "rollscope"
        for header in sorted(headers.rglob("*.h")):
            source = self.folder / "alone.c"
            source.write_text(f'#include "{header.relative_to(headers)}"\n')
            run("cc", "-std=c17", "-Wall", "-Werror", "-fsyntax-only", source, *self.flags("--cflags"))


if __name__ == "__main__":
    unittest.main()
