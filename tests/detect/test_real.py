"""Real recordings of people on mats: nobody strokes in the empty and the standing ones, and a finger
that goes once round the border is one moving contact.

The captures are not part of the project; where they are absent the test says so and is skipped.
The v4 and v5 `.ws` captures hold frames without their header, which is put back here."""

import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.environ["ROLLSCOPE"]
DATA = pathlib.Path(os.environ["ROLLSCOPE_DATA"]) / "dividat_flex"

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
