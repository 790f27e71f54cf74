"""rollscope analyze: from session files written by another program to numbers."""

import json
import os
import pty
import subprocess
import tempfile
import unittest

import support_session as session
from support_memory import memory_of

ROLLSCOPE = os.environ["ROLLSCOPE"]
ENVIRONMENT = {**os.environ, "XDG_CONFIG_HOME": "/nonexistent"}


def analyze(*arguments):
    return subprocess.run([ROLLSCOPE, "analyze", *arguments], capture_output=True, timeout=120,
                          env=ENVIRONMENT)


class Analyze(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="rollscope-analyze-")
        cls.files = []
        for strokes in (6, 9, 4):
            path = os.path.join(cls.folder.name, f"{strokes}.nc")
            session.write(path, session.rolling(strokes))
            cls.files.append(path)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def objects(self, *arguments):
        result = analyze("--json", *arguments)
        self.assertEqual((0, b""), (result.returncode, result.stderr))
        return [json.loads(line) for line in result.stdout.decode().splitlines()]

    def test_one_object_a_line_in_the_order_of_the_arguments(self):
        found = self.objects("--jobs", "2", *self.files)
        self.assertEqual(self.files, [one["file"] for one in found])
        for one in found:
            self.assertLessEqual({"file", "strokes", "holds", "bouts", "spots", "summary",
                                  "parameters", "software"}, set(one))

    def test_the_passes_of_a_drawn_roller_are_counted_one_by_one(self):
        found = self.objects(*self.files)
        self.assertEqual([6, 9, 4], [len(one["strokes"]) for one in found])
        self.assertEqual([6, 9, 4], [one["summary"]["one_way"] for one in found])
        for one in found:
            for index, stroke in enumerate(one["strokes"]):
                self.assertAlmostEqual(1.2 + 2 * index, stroke["start_s"], delta=0.3)
                self.assertAlmostEqual(1.2 + 2 * (index + 1), stroke["end_s"], delta=0.3)
                self.assertAlmostEqual(120, stroke["travel_mm"], delta=12)

    def test_memory_does_not_grow_with_the_length_of_a_session(self):
        # The frames of the longer one are 4.6 MB more; a sanitizer keeps what was freed unless told.
        options = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"
        environment = {**ENVIRONMENT, "ASAN_OPTIONS": options}
        taken = []
        for seconds in "300", "1200":
            path = os.path.join(self.folder.name, f"{seconds}.h5")
            subprocess.run([ROLLSCOPE, "simulate", "--quiet", "--mat", "16x16x20@10", "--for", seconds,
                            "--output", path], check=True)
            taken.append(memory_of([ROLLSCOPE, "analyze", "--quiet", path], env=environment))
        self.assertGreater(taken[0], 1)
        self.assertLess(taken[1], taken[0] + 2.5)

    def test_a_parameter_that_is_set_changes_what_is_slow_and_is_said(self):
        # 120 mm in 2 s are 60 mm/s on average.
        fast = self.objects("--set", "slow_mm_s=45", self.files[0])[0]
        slow = self.objects("--set", "slow_mm_s=75", self.files[0])[0]
        self.assertEqual([0, 6], [fast["summary"]["slow"], slow["summary"]["slow"]])
        self.assertEqual([45, 75], [one["parameters"]["slow_mm_s"] for one in (fast, slow)])

    def test_a_bad_file_is_said_and_does_not_stop_the_rest(self):
        bad = os.path.join(self.folder.name, "bad.nc")
        with open(bad, "w", encoding="utf-8") as file:
            file.write("no session")
        for jobs in ("1", "2"):
            result = analyze("--json", "--jobs", jobs, self.files[0], bad, self.files[1])
            self.assertEqual(1, result.returncode)
            self.assertEqual([self.files[0], self.files[1]], [
                json.loads(line)["file"] for line in result.stdout.decode().splitlines()])
            lines = result.stderr.decode().splitlines()
            self.assertEqual(1, len(lines))
            self.assertIn(bad, lines[0])

    def test_the_number_of_jobs_changes_no_bit(self):
        one = analyze("--json", "--contacts", "--jobs", "1", *self.files)
        three = analyze("--json", "--contacts", "--jobs", "3", *self.files)
        self.assertEqual(one.stdout, three.stdout)
        self.assertGreater(len(one.stdout), 1000)

    def test_contacts_come_only_when_asked_for(self):
        self.assertNotIn("contacts", self.objects(self.files[0])[0])
        tracks = self.objects("--contacts", self.files[0])[0]["contacts"]
        self.assertGreater(len(tracks), 10)
        self.assertTrue(all(60 < contact["x_mm"] < 190 for contact in tracks[5:-5]))

    def test_progress_shows_on_a_terminal_and_leaves_the_results_alone(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        result = subprocess.run([ROLLSCOPE, "analyze", "--json", *self.files], timeout=120,
                                stdout=subprocess.PIPE, stderr=slave, env=ENVIRONMENT)
        os.close(slave)
        shown = os.read(master, 65536).decode()
        self.assertRegex(shown, r"analysing the files +\d+ %")
        self.assertTrue(shown.endswith("\r\x1b[K"), "the line is taken away at the end")
        self.assertEqual(analyze("--json", *self.files).stdout, result.stdout)

    def test_words_for_people_name_file_strokes_and_totals(self):
        result = analyze(self.files[0])
        text = result.stdout.decode()
        self.assertEqual((0, b""), (result.returncode, result.stderr))
        self.assertTrue(text.startswith(self.files[0] + "\n"))
        self.assertEqual(6, text.count("\nstroke "))
        self.assertIn("6 one way, 3 cycles", text)


if __name__ == "__main__":
    unittest.main()
