"""The programs in docs/session-file.md do what is said there, as they are printed there."""

import os
import re
import subprocess
import sys
import unittest

import h5py
import numpy as np

import sessions
import support

DOCUMENT = os.path.join(os.environ["ROLLSCOPE_SOURCE"], "docs", "session-file.md")


def programs(language):
    with open(DOCUMENT, encoding="utf-8") as file:
        return re.findall(rf"^```{language}\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)


class Documented(support.PipelineTest):
    def run_here(self, program, before=""):
        return subprocess.run([sys.executable, "-c", before + program], cwd=self.folder.name,
                              capture_output=True, text=True, timeout=support.PATIENCE_S, check=True,
                              env=self.environment).stdout

    def follower(self):
        found = [program for program in programs("python") if "swmr=True" in program]
        self.assertEqual(1, len(found))
        self.assertLessEqual(len(found[0].splitlines()), 10)
        return found[0]

    def test_the_follower_sees_a_session_grow_while_it_is_recorded_and_ends_with_it(self):
        source, recorded = self.session("a.h5", 6), self.path("live.h5")
        live = self.start("live", "--no-dashboard", "--source", f"session:{source}", "--output", recorded)
        self.wait_until("the recording", lambda: os.path.exists(recorded) and self.opens(recorded))
        said = self.run_here(self.follower()).splitlines()
        self.finish(live)
        with h5py.File(recorded) as file:
            most, time = file["pressure"][()].max(axis=(1, 2)), file["time"][()]
        counts = []
        for line in said:
            n, counted, at = re.fullmatch(r"(\d+) frames, (\d+) counts at ([\d.]+)", line).groups()
            counts.append(int(n))
            self.assertEqual(most[counts[-1] - 1], int(counted))
            self.assertEqual(repr(time[counts[-1] - 1]), at)
        self.assertEqual(sorted(counts), counts)
        self.assertGreater(len(set(counts)), 4)
        self.assertEqual(len(time), counts[-1])

    def opens(self, path):
        try:
            with h5py.File(path, "r", libver="latest", swmr=True):
                return True
        except OSError:
            return False

    def test_a_session_of_another_mat_is_written_in_five_lines_and_read(self):
        found = [program for program in programs("python") if "mine.h5" in program]
        self.assertEqual(1, len(found))
        self.session("a.h5", 20)
        self.run_here(found[0], before="""import h5py
with h5py.File("a.h5") as file:
    kpa = file["pressure"][()] * 0.1
""")
        for name in ("a.h5", "mine.h5"):
            self.run_verb("analyze", "--save", "here", self.path(name), bus=False)
        strokes = [self.strokes(name) for name in ("a.h5", "mine.h5")]
        self.assertGreaterEqual(len(strokes[0]), 4)
        np.testing.assert_allclose(strokes[1], strokes[0], atol=0.1)

    def strokes(self, name):
        with h5py.File(self.path(name)) as file:
            return file["analysis/here/strokes/start"][()]


if __name__ == "__main__":
    unittest.main()
