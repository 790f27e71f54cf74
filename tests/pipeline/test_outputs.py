"""The same events as JSON, CSV and key=value."""

import csv
import json
import shlex
import unittest

import support

KINDS = {"contact", "stroke", "hold", "bout", "spot", "marker", "summary"}


def number(text):
    """What JSON says where CSV says this."""
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text)
    except ValueError:
        return text


class Outputs(support.PipelineTest):
    def setUp(self):
        super().setUp()
        self.source = "sim:roller-strokes?seed=3&speed=max"

    def live(self, *arguments, code=0):
        return self.run_verb("live", "--no-dashboard", "--quiet", "--source", self.source, "--for",
                             "20", "--output", self.path("out.h5"), *arguments, code=code)

    def test_json_csv_and_kv_say_the_same(self):
        out, _ = self.live("--json", f"--csv={self.path('csv')}", f"--kv={self.path('kv')}")
        events = [json.loads(line) for line in out.splitlines()]
        with open(self.path("csv"), newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        with open(self.path("kv"), encoding="utf-8") as file:
            lines = [dict(word.split("=", 1) for word in shlex.split(line)) for line in file]
        self.assertEqual({"contact", "stroke", "bout", "summary"}, {e["event"] for e in events} &
                         {"contact", "stroke", "bout", "summary"})
        self.assertEqual(len(events), len(rows))
        self.assertEqual(len(events), len(lines))
        for event, row, line in zip(events, rows, lines):
            said = {key: value for key, value in event.items() if value not in (None, "")}
            self.assertEqual(said, {key: number(text) for key, text in row.items() if text})
            self.assertEqual(said, {key: number(text) for key, text in line.items()})

    def test_only_the_kinds_that_were_asked_for_are_written(self):
        out, _ = self.live("--csv", "--events", "stroke,metrics")
        rows = list(csv.DictReader(out.splitlines()))
        self.assertEqual({"stroke", "metrics"}, {row["event"] for row in rows})
        self.assertNotIn("breathing_hz", rows[0])
        last = [row for row in rows if row["event"] == "metrics"][-1]
        strokes = [row for row in rows if row["event"] == "stroke"]
        self.assertGreater(len(strokes), 1)
        self.assertEqual(str(len(strokes)), last["strokes.one_way"])

    def test_replay_and_info_say_what_live_said(self):
        out, _ = self.live("--json")
        recorded = [json.loads(line) for line in out.splitlines()]
        again, _ = self.run_verb("replay", "--json", "--speed", "max", self.path("out.h5"))
        self.assertEqual(recorded, [json.loads(line) for line in again.splitlines()])
        rows = list(csv.DictReader(self.info("--csv", "--events=stroke,contact").splitlines()))
        said = [one for one in recorded if one["event"] in ("stroke", "contact")]
        self.assertEqual([(one["event"], float(one["number"])) for one in said],
                         [(row["event"], float(row["number"])) for row in rows])
        lines = self.info(f"--json={self.path('about.json')}", "--kv").splitlines()
        self.assertEqual(len([one for one in recorded if one["event"] != "contact"]), len(lines))
        with open(self.path("about.json"), encoding="utf-8") as file:
            self.assertEqual(recorded[-1]["frames"], json.load(file)["frames"])

    def info(self, *arguments):
        return self.run_verb("info", *arguments, self.path("out.h5"), bus=False)[0]

    def test_two_forms_on_standard_output_are_wrong_usage(self):
        _, err = self.live("--csv", "--kv", code=2)
        self.assertIn("--csv=FILE", err)

    def test_a_kind_that_is_none_is_wrong_usage(self):
        _, err = self.live("--csv", "--events", "stroke,steps", code=2)
        self.assertIn("'steps'", err)

    def test_a_file_that_cannot_be_written_is_named(self):
        _, err = self.live("--csv=/nowhere/at.csv", code=1)
        self.assertIn("/nowhere/at.csv", err)


if __name__ == "__main__":
    unittest.main()
