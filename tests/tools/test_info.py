"""rollscope info, against files whose content is known because netCDF4 wrote it."""

import json
import os
import subprocess
import tempfile
import time
import unittest

import support_session as session

ROLLSCOPE = os.environ["ROLLSCOPE"]


class Info(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="rollscope-info-")
        cls.path = os.path.join(cls.folder.name, "a.nc")
        session.write(cls.path, session.rolling(2))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def info(self, *arguments):
        result = subprocess.run([ROLLSCOPE, "info", *arguments], capture_output=True, text=True,
                                timeout=60)
        self.assertEqual((0, ""), (result.returncode, result.stderr))
        return result.stdout

    def test_grid_rate_and_duration_are_those_of_the_file(self):
        # 30 empty frames, two passes of 50, 30 empty frames, at 25 Hz.
        told = json.loads(self.info("--json", self.path))
        self.assertEqual(self.path, told["file"])
        self.assertEqual(160, told["frames"])
        self.assertAlmostEqual(159 / 25, told["duration_s"], places=6)
        self.assertAlmostEqual(25, told["rate_hz"], places=3)
        self.assertEqual((16, 24), (told["mat"]["rows"], told["mat"]["cols"]))
        self.assertEqual((10, 10), (told["mat"]["pitch_x_mm"], told["mat"]["pitch_y_mm"]))
        self.assertAlmostEqual(session.SCALE_KPA, told["mat"]["scale_kpa"], places=9)
        self.assertFalse(told["truth"])

    def test_the_words_fit_one_screen_and_say_what_to_do_next(self):
        text = self.info(self.path)
        lines = text.splitlines()
        self.assertLess(len(lines), 24)
        self.assertTrue(all(len(line) < 100 + len(self.path) for line in lines))
        self.assertIn("16 x 24 cells of 10 x 10 mm", text)
        self.assertIn("160 in 0:06.4", text)
        self.assertIn(f"{ROLLSCOPE} analyze {self.path}", text)

    def test_following_a_file_that_a_kill_left_says_so_and_ends(self):
        recorded = os.path.join(self.folder.name, "killed.h5")
        bus = os.path.join(self.folder.name, "bus-killed")
        acquire = subprocess.Popen([ROLLSCOPE, "acquire", "--quiet", "--bus", bus, "--source",
                                    f"session:{self.path}?speed=1"])
        record = subprocess.Popen([ROLLSCOPE, "record", "--quiet", "--bus", bus, "--output",
                                   recorded])
        self.addCleanup(lambda: (acquire.kill(), acquire.wait()))
        self.addCleanup(lambda: (record.kill(), record.wait()))
        until = time.monotonic() + 60
        while json.loads(self.frames_of(recorded) or "{}").get("frames", 0) < 4:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.05)
        record.kill()
        record.wait()
        result = subprocess.run([ROLLSCOPE, "info", "--follow", recorded], capture_output=True,
                                text=True, timeout=60)
        self.assertEqual(1, result.returncode)
        self.assertIn(f"{recorded}: nobody records it any more", result.stderr)

    def frames_of(self, path):
        """What info says of a file that may not be there yet."""
        return subprocess.run([ROLLSCOPE, "info", "--json", path], capture_output=True, text=True,
                              timeout=60).stdout

    def test_following_a_session_prints_what_live_prints_and_ends_with_it(self):
        recorded = os.path.join(self.folder.name, "recorded.h5")
        live = subprocess.Popen(
            [ROLLSCOPE, "live", "--quiet", "--json", "--no-dashboard", "--source",
             f"session:{self.path}?speed=1", "--output", recorded,
             "--bus", os.path.join(self.folder.name, "bus")], stdout=subprocess.PIPE, text=True)
        self.addCleanup(live.kill)
        lines = [live.stdout.readline()]
        while json.loads(lines[-1])["event"] != "stroke":
            lines.append(live.stdout.readline())
        followed = self.info("--follow", "--json", recorded).splitlines()
        lines += live.communicate(timeout=60)[0].splitlines(keepends=True)
        self.assertEqual(0, live.returncode)
        said = [line.rstrip("\n") for line in lines if json.loads(line)["event"] != "contact"]
        self.assertGreater(len(said), 2)
        self.assertEqual(sorted(said), sorted(followed))


if __name__ == "__main__":
    unittest.main()
