"""rollscope analyze: the rows of CSV and key=value hold what the JSON objects hold."""

import csv
import json
import os
import shlex
import subprocess
import tempfile
import unittest

import support_session as session

ROLLSCOPE = os.environ["ROLLSCOPE"]
ENVIRONMENT = {**os.environ, "XDG_CONFIG_HOME": "/nonexistent"}
GROUPS = {"contacts": "contact", "strokes": "stroke", "holds": "hold", "bouts": "bout",
          "spots": "spot", "markers": "marker", "summary": "summary"}


def analyze(*arguments):
    return subprocess.run([ROLLSCOPE, "analyze", *arguments], capture_output=True, timeout=120,
                          env=ENVIRONMENT)


def table(data):
    return list(csv.DictReader(data.decode().splitlines(keepends=True), strict=True))


def same(value, text):
    """Whether a cell holds a value of JSON."""
    if value is None or isinstance(value, bool):
        return text == {None: "", True: "true", False: "false"}[value]
    return text == value if isinstance(value, str) else text != "" and float(text) == value


class AnalyzeRows(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="rollscope-rows-")
        cls.files = []
        for name, strokes in (("six, \"left\".nc", 6), ("nine.nc", 9), ("a=4.nc", 4)):
            cls.files.append(os.path.join(cls.folder.name, name))
            session.write(cls.files[-1], session.rolling(strokes))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def done(self, *arguments):
        result = analyze(*arguments)
        self.assertEqual((0, b""), (result.returncode, result.stderr))
        return result.stdout

    def expected(self, *arguments):
        """(file, kind, event) of the JSON objects."""
        found = []
        for line in self.done("--json", *arguments).decode().splitlines():
            one = json.loads(line)
            for group, kind in GROUPS.items():
                events = one.get(group, [])
                found += [(one["file"], kind, event)
                          for event in (events if isinstance(events, list) else [events])]
        return found

    def assert_rows(self, expected, rows):
        order = [(file, kind, event["number"]) for file, kind, event in expected]
        self.assertEqual(sorted(order), sorted((row["file"], row["event"], int(row["number"]))
                                               for row in rows))
        by_place = {(row["file"], row["event"], int(row["number"])): row for row in rows}
        for (file, kind, event), place in zip(expected, order):
            row = by_place[place]
            for key, value in event.items():
                self.assertTrue(same(value, row.get(key, "")), (file, kind, key, value, row))
            self.assertEqual([], [key for key in row if row[key] and
                                  key not in ("file", "event", *event)])

    def test_the_csv_of_many_files_holds_every_value_of_the_json_to_the_bit(self):
        data = self.done("--csv", "--contacts", *self.files)
        rows = table(data)
        self.assertEqual(["file", "event"], data.decode().split("\n", 1)[0].split(",")[:2])
        self.assert_rows(self.expected("--contacts", *self.files), rows)
        self.assertGreater(len(rows), 100)

    def test_the_files_follow_each_other_in_the_order_given_under_one_head(self):
        for files in (self.files, self.files[::-1]):
            data = self.done("--csv", "--jobs", "2", *files)
            names = [row["file"] for row in table(data)]
            self.assertEqual(files, list(dict.fromkeys(names)))
            self.assertEqual(names, sorted(names, key=files.index))
            self.assertEqual(1, data.decode().count("file,event,"))

    def test_key_value_lines_hold_what_the_json_holds(self):
        lines = self.done("--kv", *self.files).decode().splitlines()
        rows = [dict(word.split("=", 1) if not word.startswith("file=") else ("file", word[5:])
                     for word in shlex.split(line)) for line in lines]
        self.assertTrue(all(line.startswith("file=") for line in lines))
        self.assert_rows(self.expected(*self.files), rows)

    def test_the_number_of_jobs_changes_no_bit(self):
        for form in (("--csv", "--contacts"), ("--kv", "--metrics")):
            one = self.done(*form, "--jobs", "1", *self.files)
            self.assertEqual(one, self.done(*form, "--jobs", "2", *self.files))
            self.assertGreater(len(one), 1000)

    def test_only_the_kinds_that_are_named_are_written(self):
        rows = table(self.done("--csv", "--events", "stroke,summary", *self.files))
        self.assertEqual((["stroke"] * 6 + ["summary"]) + (["stroke"] * 9 + ["summary"]) +
                         (["stroke"] * 4 + ["summary"]), [row["event"] for row in rows])
        contacts = table(self.done("--csv", "--events", "contact", self.files[0]))
        self.assertEqual({"contact"}, {row["event"] for row in contacts})

    def test_metrics_come_ten_a_second_and_change_no_event(self):
        rows = table(self.done("--csv", "--metrics", self.files[0]))
        times = [float(row["time_s"]) for row in rows if row["event"] == "metrics"]
        # 6 strokes of 2 s and 1.2 s before and after them.
        self.assertAlmostEqual(144, len(times), delta=3)
        self.assertEqual(times, sorted(times))
        self.assert_rows(self.expected(self.files[0]),
                         [{key: value for key, value in row.items() if value}
                          for row in rows if row["event"] != "metrics"])

    def test_each_form_goes_to_its_file_and_the_words_stay(self):
        places = {form: os.path.join(self.folder.name, f"out.{form}")
                  for form in ("json", "csv", "kv")}
        words = self.done(*(f"--{form}={place}" for form, place in places.items()), *self.files)
        self.assertEqual(self.done(*self.files), words)
        for form, place in places.items():
            with open(place, "rb") as file:
                self.assertEqual(self.done(f"--{form}", *self.files), file.read(), form)

    def test_a_bad_file_is_said_and_leaves_no_row(self):
        bad = os.path.join(self.folder.name, "bad.nc")
        with open(bad, "w", encoding="utf-8") as file:
            file.write("no session")
        good = self.done("--csv", self.files[0], self.files[1])
        for jobs in ("1", "2"):
            result = analyze("--csv", "--jobs", jobs, self.files[0], bad, self.files[1])
            self.assertEqual((1, good), (result.returncode, result.stdout))
            self.assertEqual(1, result.stderr.decode().count("\n"))
            self.assertIn(bad, result.stderr.decode())

    def test_a_full_disk_is_said(self):
        for form in ("json", "csv", "kv"):
            result = analyze(f"--{form}=/dev/full", *self.files)
            self.assertEqual(1, result.returncode, form)
            self.assertIn("/dev/full: cannot be written", result.stderr.decode())

    def test_a_session_is_not_written_over(self):
        with tempfile.TemporaryDirectory(prefix="rollscope-over-") as folder:
            path = os.path.join(folder, "session.h5")
            with open(self.files[0], "rb") as file:
                before = file.read()
            with open(path, "wb") as file:
                file.write(before)
            for form in ("json", "csv", "kv"):
                result = analyze(f"--{form}={path}", path)
                self.assertNotEqual(0, result.returncode, form)
                self.assertIn(path, result.stderr.decode())
                with open(path, "rb") as file:
                    self.assertEqual(before, file.read())

    def test_two_forms_on_standard_output_are_refused(self):
        result = analyze("--json", "--csv", self.files[0])
        self.assertEqual((2, b""), (result.returncode, result.stdout))


if __name__ == "__main__":
    unittest.main()
