"""Metrics say what the events say, and say it again to the bit."""

import json
import unittest

import support

HOLD_S = 3.0
KINDS = ("one_way", "slow_deep", "slow", "deep", "partial")


def belongs(stroke, kind):
    return {"one_way": True, "slow_deep": stroke["slow"] and stroke["deep"]}.get(
        kind, stroke.get(kind, False))


class Metrics(support.PipelineTest):
    def messages(self, name, source):
        out, _ = self.run_verb("live", "--no-dashboard", "--quiet", "--json", "--metrics",
                               "--source", source, "--output", self.path(name), "--for", "75")
        said = [json.loads(line) for line in out.splitlines()]
        metrics = [one for one in said if one["event"] == "metrics"]
        return metrics, [one for one in said if one["event"] != "metrics"]

    @classmethod
    def setUpClass(cls):
        cls.source = "sim:roller-knots?seed=4&speed=max"

    def test_metrics_agree_with_the_events(self):
        metrics, events = self.messages("out.h5", self.source)
        strokes = [one for one in events if one["event"] == "stroke"]
        self.assertGreater(len(strokes), 5)
        for one in metrics:
            before = [s for s in strokes if s["published_s"] <= one["time_s"]]
            for kind in KINDS:
                self.assertEqual(sum(belongs(s, kind) for s in before), one["strokes"][kind])
        self.check_spots(metrics, [one for one in events if one["event"] == "spot"])
        self.check_holds(metrics, [one for one in events if one["event"] == "hold"])
        summary = events[-1]
        self.assertEqual("summary", summary["event"])
        for kind in (*KINDS, "cycles"):
            self.assertEqual(summary[kind], metrics[-1]["strokes"][kind])
        self.check_times(metrics)

    def check_spots(self, metrics, spots):
        self.assertTrue(spots)
        for one in metrics[:-1]:
            stands = {}
            for spot in spots:
                if spot["published_s"] <= one["time_s"]:
                    stands[spot["id"]] = spot
            expected = {key: spot["strokes"] for key, spot in stands.items()
                        if spot["confidence"] > 0}
            self.assertEqual(expected, {spot["id"]: spot["strokes"] for spot in one["spots"]})

    def check_holds(self, metrics, holds):
        """In the middle of what will be a hold, a hold goes on, and for how long is known."""
        for hold in holds:
            middle_s = (hold["start_s"] + HOLD_S + hold["end_s"]) / 2
            if hold["end_s"] - hold["start_s"] < HOLD_S + 1:
                continue
            now = min(metrics, key=lambda one: abs(one["time_s"] - middle_s))
            if now["tool"] == hold["contact"]:
                self.assertTrue(now["hold"]["active"])
                self.assertAlmostEqual(now["time_s"] - hold["start_s"], now["hold"]["duration_s"],
                                       delta=0.05)
        for one in metrics:
            if not one["hold"]["active"]:
                self.assertIsNone(one["hold"]["duration_s"])

    def check_times(self, metrics):
        """The first frame at or after each tenth of a second, each once."""
        tenths = [int(one["time_s"] * 10 + 1e-9) for one in metrics[:-1]]
        self.assertEqual(sorted(set(tenths)), tenths)
        self.assertGreater(len(tenths), 0.95 * (tenths[-1] + 1))
        self.assertEqual(list(range(len(metrics))), [one["number"] for one in metrics])
        quality = metrics[-1]["quality"]
        self.assertGreaterEqual(quality["cells"], quality["cells_good"])

    def test_the_same_session_says_the_same_metrics(self):
        first, _ = self.messages("first.h5", self.source)
        again, _ = self.messages("again.h5", f"session:{self.path('first.h5')}?speed=max")
        self.assertEqual(first, again)


if __name__ == "__main__":
    unittest.main()
