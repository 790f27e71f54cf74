"""Real recordings of people on mats: nobody strokes in the empty and the standing ones, feet that step
out and back are contacts at other places but no strokes, fingers that slide are strokes, and a finger
that goes once round the border is one moving contact.

The captures are not part of the project; where they are absent the test says so and is skipped.
The v4 and v5 `.ws` captures hold frames without their header, which is put back here. The Sensel Morph
recording is decoded here into the smallest session file that there is."""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import h5py
import numpy as np

PROGRAM = os.environ["ROLLSCOPE"]
DATA = pathlib.Path(os.environ["ROLLSCOPE_DATA"]) / "dividat_flex"
SENSEL = DATA.parent / "sensel_morph"
SLIDING = SENSEL / "sensel_recording_20260712_202359.jsonl"
PLIANCE = DATA.parent / "pressuRe" / "pliance_test.asc"
RUBBING = SENSEL / "20260705_001743_full_all_toppings_0002.json"

SENSITRONICS_16 = "protocol=sensitronics&rows=16&cols=16&pitch_mm=20"
SENSITRONICS_24 = "protocol=sensitronics&rows=24&cols=24&pitch_mm=20"
SENSINGTEX_8 = "protocol=sensingtex&rows=24&cols=24&pitch_mm=20&bits=8"
SENSINGTEX_12 = "protocol=sensingtex&rows=24&cols=24&pitch_mm=20&bits=12"

STILL = [
    ("prototype_v6_static.v6.serial.dat", SENSITRONICS_16, 0),
    ("prototype_v6_zero.v6.serial.dat", SENSITRONICS_16, 0),
    ("sensitronics_static.dat", SENSITRONICS_16, 0),
    ("sensitronics_zero.dat", SENSITRONICS_16, 0),
    ("v6_zero.v6.serial.dat", SENSITRONICS_24, 0),
    ("v5_static.v5.serial.dat", SENSINGTEX_12, 0),
    ("v5_zero.v5.serial.dat", SENSINGTEX_12, 0),
    ("v4_static.v4.ws.dat", SENSINGTEX_8, 1),
    ("v4_zero.v4.ws.dat", SENSINGTEX_8, 1),
    ("v5_static.v5.ws.dat", SENSINGTEX_12, 2),
    ("v5_zero.v5.ws.dat", SENSINGTEX_12, 2),
]

# What the recordings' own description says: excursions of a foot, slides of fingers, in seconds.
STEPS = [
    ("v4_steps.v4.ws.dat", SENSINGTEX_8, 1, 4),
    ("v5_steps.v5.ws.dat", SENSINGTEX_12, 2, 7),
]
# The slides from touching down to lifting off; the finger rests up to 0.4 s before it sets off.
SLIDES = [(0.1, 1.8), (2.4, 4.1), (4.8, 6.5)]
BACK_AND_FORTH = (7.0, 10.8)
RUBBED_UNTIL_S = 6.15  # then two slides and a tap
AWAY_MM = 110


def with_headers(source, target, value_bytes):
    """Puts `4E 0A count 50 0A` back before each frame of a `.ws` capture."""
    with open(target, "w", encoding="ascii") as out:
        for line in source.read_text(encoding="ascii").splitlines():
            delay, data = line.split(",", 1)
            cells = base64.b64decode(data.strip())
            count = len(cells) // (2 + value_bytes)
            frame = b"\x4e\x0a" + count.to_bytes(2, "big") + b"\x50\x0a" + cells
            out.write(f"{delay.strip()}, {base64.b64encode(frame).decode()}\n")


def events_of(capture, parameters, folder):
    """The events of a capture, live, as fast as it can be read."""
    session = pathlib.Path(folder) / "session.h5"
    session.unlink(missing_ok=True)
    command = [PROGRAM, "live", "--json", "--no-dashboard", "--bus", str(pathlib.Path(folder) / "bus"),
               "--source", f"file:{capture}?{parameters}&speed=max", "--output", str(session)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def excursions(events):
    """How often the heaviest contact is somewhere else than in the first two seconds."""
    heaviest = {}
    for sample in (e for e in events if e["event"] == "contact"):
        known = heaviest.get(sample["time_s"])
        if known is None or sample["force_n"] > known["force_n"]:
            heaviest[sample["time_s"]] = sample
    track = [heaviest[time_s] for time_s in sorted(heaviest)]
    at = np.array([[s["x_mm"], s["y_mm"]] for s in track])
    home = np.median(at[[s["time_s"] < 2 for s in track]], axis=0)
    away = np.hypot(*(at - home).T) > AWAY_MM
    return int(np.sum(away[1:] & ~away[:-1]))


def sensel_cells(frame):
    """53x93 cells, kPa: a base, then in turn a run of zeros and values that a 0 ends, as varints."""
    at = 6 + 2 + frame[7] * (10 + 6 + 8 + 8 + 6) + 6
    cells = np.zeros(53 * 93)

    def number():
        nonlocal at
        low = frame[at]
        at += 1
        if low < 0x80:
            return low
        at += 1
        return (low & 0x7F) | frame[at - 1] << 7

    base, cell = number(), 0
    while cell < cells.size:
        cell += number()
        while cell < cells.size and (value := number()):
            cells[cell] = base + value
            cell += 1
    return cells.reshape(53, 93) * 9.80665e-3 / 8 / 2.5e-3**2 / 1000


def sensel_frames(recording):
    text = recording.read_text(encoding="ascii")
    if recording.suffix == ".json":
        return json.loads(text)["frames"]
    lines = [json.loads(line) for line in text.splitlines()]
    return [line for line in lines if line["type"] == "frame"]


def sensel_session(recording, path):
    frames = [frame for frame in sensel_frames(recording) if frame["checksum_ok"]]
    clock = np.unwrap([float(f["timestamp_le"]) for f in frames], period=2.0**32) * 1e-6
    with h5py.File(path, "w") as file:
        file["time"] = clock - clock[0]
        file["x"], file["y"] = (np.arange(93) + 0.5) * 2.5, (np.arange(53) + 0.5) * 2.5
        file["pressure"] = np.array(
            [sensel_cells(bytes.fromhex(f["payload_hex"])) for f in frames], "f4"
        )


class Real(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def test_nobody_strokes_where_nobody_moves(self):
        for name, parameters, value_bytes in STILL:
            with self.subTest(name=name):
                capture = DATA / name
                if value_bytes:
                    capture = pathlib.Path(self.folder.name) / "capture.dat"
                    with_headers(DATA / name, capture, value_bytes)
                events = events_of(capture, parameters, self.folder.name)
                self.assertGreater(events[-1]["frames"], 100)
                self.assertEqual([], [e for e in events if e["event"] == "stroke"])

    def test_a_foot_that_steps_out_and_back_is_a_contact_elsewhere_and_no_stroke(self):
        for name, parameters, value_bytes, steps in STEPS:
            with self.subTest(name=name):
                capture = pathlib.Path(self.folder.name) / "capture.dat"
                with_headers(DATA / name, capture, value_bytes)
                events = events_of(capture, parameters, self.folder.name)
                self.assertLessEqual(abs(excursions(events) - steps), 1)
                self.assertLessEqual(len([e for e in events if e["event"] == "stroke"]), 1)

    def strokes_of(self, recording):
        session = pathlib.Path(self.folder.name) / "sensel.h5"
        sensel_session(recording, session)
        return self.strokes_in(session)

    def strokes_in(self, session):
        done = subprocess.run([PROGRAM, "analyze", "--json", session], capture_output=True, text=True,
                              timeout=120, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)["strokes"]

    def test_fingers_that_slide_three_times_make_three_strokes(self):
        said = self.strokes_of(SLIDING)
        strokes = [s for s in said if s["start_s"] < 6.8]
        self.assertEqual(len(strokes), len(SLIDES))
        for stroke, (start_s, end_s) in zip(strokes, SLIDES):
            self.assertLess(abs(stroke["start_s"] - start_s), 0.5)
            self.assertLess(abs(stroke["end_s"] - end_s), 0.5)
        # Then four fingers go back and forth: there and back are two, within one.
        start_s, end_s = BACK_AND_FORTH
        strokes = [s for s in said if start_s < s["start_s"] and s["end_s"] < end_s]
        self.assertLessEqual(abs(len(strokes) - 2), 1)

    def test_slides_after_rubs_are_strokes_of_their_own(self):
        strokes = [s for s in self.strokes_of(RUBBING) if s["start_s"] > RUBBED_UNTIL_S]
        self.assertLessEqual(abs(len(strokes) - 2), 1)

    def test_one_slow_transfer_is_one_stroke_within_one(self):
        session = pathlib.Path(self.folder.name) / "pliance.h5"
        subprocess.run([PROGRAM, "import", PLIANCE, "--output", session], check=True, capture_output=True)
        self.assertLessEqual(abs(len(self.strokes_in(session)) - 1), 1)

    def test_a_lap_that_never_turns_back_is_one_pass_within_one(self):
        events = events_of(DATA / "sensitronics_finger-circle.dat", SENSITRONICS_16, self.folder.name)
        strokes = [e for e in events if e["event"] == "stroke"]
        self.assertIn(len(strokes), (1, 2))

    def test_a_finger_round_the_border_is_one_moving_contact(self):
        events = events_of(DATA / "sensitronics_finger-circle.dat", SENSITRONICS_16, self.folder.name)
        track = [e for e in events if e["event"] == "contact"]
        self.assertEqual({1}, {sample["id"] for sample in track})
        # It went round: it was near all four sides of the 320 mm square.
        for axis in ("x_mm", "y_mm"):
            places = [sample[axis] for sample in track]
            self.assertLess(min(places), 40)
            self.assertGreater(max(places), 280)


if __name__ == "__main__":
    if not DATA.is_dir():
        print(f"skipped: the real recordings are not at {DATA}")
        sys.exit(77)
    unittest.main()
