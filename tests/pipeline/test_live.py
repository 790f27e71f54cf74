"""The whole path: a source into acquire, detect and record, and what comes out of it."""

import json
import os
import signal
import unittest

import sessions
from support import PipelineTest


class Live(PipelineTest):
    def live(self, source, *more):
        return self.start("live", "--no-dashboard", "--source", source, "--output",
                          self.path("out.h5"), *more)

    def test_live_records_the_frames_of_its_source_to_the_bit(self):
        source = self.session("a.h5", 25)
        self.finish(self.live(f"session:{source}?speed=max"))
        given, recorded = sessions.frames_of(source), sessions.frames_of(self.path("out.h5"))
        for name in ("time", "pressure"):
            self.assertEqual(given[name], recorded[name], name)

    def test_live_says_the_events_that_analyze_finds_in_its_recording(self):
        source = self.session("a.h5", 25)
        out, _ = self.finish(self.live(f"session:{source}?speed=max", "--json"))
        said = {}
        for line in out.splitlines():
            event = json.loads(line)
            said.setdefault(event["event"], []).append(event)
        self.assertGreater(len(said["stroke"]), 5)
        self.assertGreater(len(said["hold"]), 1)
        for recording in (source, self.path("out.h5")):
            found = json.loads(self.run_verb("analyze", "--json", recording, bus=False)[0])
            for kind, group in (("stroke", "strokes"), ("hold", "holds")):
                self.assertEqual([self.as_text(e) for e in said[kind]],
                                 [self.as_text(e) for e in found[group]])
            self.assertEqual(self.as_text(said["summary"][0]), self.as_text(found["summary"]))

    def test_the_maps_of_a_recording_are_those_of_its_analysis(self):
        source, recorded = self.session("a.h5", 25), self.path("out.h5")
        self.finish(self.live(f"session:{source}?speed=max"))
        self.run_verb("analyze", "--save", "again", recorded, bus=False)
        live, again = sessions.maps_of(recorded), sessions.maps_of(recorded, "analysis/again/")
        self.assertAlmostEqual(25, live.pop("duration"), delta=0.1)
        self.assertAlmostEqual(25, again.pop("duration"), delta=0.1)
        for name, cells in live.items():
            self.assertGreater(cells.max(), 0, name)
            self.assertEqual(cells.tobytes(), again[name].tobytes(), name)

    def as_text(self, event):
        """The columns of an event; floats by their shortest exact digits."""
        envelope = ("event", "number", "frame", "published_s")
        return json.dumps({k: v for k, v in event.items() if k not in envelope}, sort_keys=True)

    def test_an_interrupted_live_leaves_a_closed_whole_file(self):
        source = self.session("a.h5", 60)
        live = self.live(f"session:{source}?speed=4", "--json")
        for line in live.stdout:
            if json.loads(line)["event"] == "stroke":
                break
        live.send_signal(signal.SIGINT)
        out, err = self.finish(live)
        self.assertIn("out.h5", err)
        self.assertEqual("summary", json.loads(out.splitlines()[-1])["event"])
        self.assertTrue(sessions.is_closed(self.path("out.h5")))
        given, recorded = sessions.frames_of(source), sessions.frames_of(self.path("out.h5"))
        self.assertGreater(len(recorded["time"]), 8 * 50)
        self.assertTrue(given["time"].startswith(recorded["time"]))
        self.assertTrue(given["pressure"].startswith(recorded["pressure"]))

    def test_live_ends_by_itself_when_its_time_is_over(self):
        source = self.session("a.h5", 20)
        self.finish(self.live(f"session:{source}?speed=max", "--for", "5"))
        recorded = sessions.frames_of(self.path("out.h5"))
        self.assertEqual(5 * 50 * 8, len(recorded["time"]))

    def test_live_prints_strokes_holds_a_summary_and_the_file(self):
        source = self.session("a.h5", 15)
        out, _ = self.finish(self.live(f"session:{source}?speed=max"))
        self.assertRegex(out, r"stroke +1 .* 1\d\d mm")
        self.assertRegex(out, r"hold +1 ")
        self.assertIn(f"recorded  {self.path('out.h5')}", out)
        self.assertIn("next ", out)

    def test_parts_of_a_session_are_replayed(self):
        source = self.session("a.h5", 20)
        self.finish(self.live(f"session:{source}?speed=max&from=5&to=10"))
        given, recorded = sessions.frames_of(source), sessions.frames_of(self.path("out.h5"))
        self.assertEqual(given["time"][5 * 50 * 8:(10 * 50 + 1) * 8], recorded["time"])


if __name__ == "__main__":
    unittest.main()
