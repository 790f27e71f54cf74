"""A mat that no code knows, described in the configuration file: packets made here, byte by byte,
sent through a pseudo-terminal, become the mat's own picture."""

import json
import os
import pty
import struct
import subprocess
import tempfile
import threading
import tty
import unittest

import h5py
import numpy

ROLLSCOPE = os.environ["ROLLSCOPE"]
ROWS, COLS, FRAMES = 6, 9, 60

# Rows are sent 3, 4, 5, 2, 1, 0 and from right to left; the mat lies on its side.
CONFIGURATION = f"""
[mat]
protocol = described
head = a55a01
tail = 0dfe
before = 2
after = 1
cell = u16be
rows = {ROWS}
cols = {COLS}
pitch_mm = 12.5
rate_hz = 100
full_scale = 1023
row_order = 5-3,0-2
flip = x
transpose = 1
"""


def picture(number):
    """The picture of a frame as the mat means it: columns x rows, since it lies on its side."""
    cells = (numpy.arange(ROWS * COLS).reshape(COLS, ROWS) * 7 + number * 13) % 1000
    return cells.astype(">u2")


def packet(number):
    wire = picture(number).T[:, ::-1]  # rows x columns, from right to left
    wire = wire[[3, 4, 5, 2, 1, 0]]
    return b"\xa5\x5a\x01" + struct.pack("<H", number) + wire.astype(">u2").tobytes() + b"\x77\x0d\xfe"


class Line:
    """A pseudo-terminal that repeats packets until it is closed."""

    def __init__(self, packets, period_s=0.01):
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        os.set_blocking(self.master, False)
        self.path = os.ttyname(self.slave)
        self.packets, self.period_s = packets, period_s
        self.stop = threading.Event()
        self.thread = threading.Thread(target=self.send)
        self.thread.start()

    def send(self):
        number = 0
        while not self.stop.wait(self.period_s):
            try:
                os.write(self.master, self.packets[number % len(self.packets)])
                number += 1
            except BlockingIOError:  # nobody reads: a mat does not wait for that
                continue

    def close(self):
        self.stop.set()
        self.thread.join()
        os.close(self.slave)
        os.close(self.master)


class DescribedMat(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="rollscope-mat-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.makedirs(os.path.join(self.folder, "rollscope"))
        self.environment = {**os.environ, "XDG_CONFIG_HOME": self.folder}

    def line(self, packets):
        line = Line(packets)
        self.addCleanup(line.close)
        return line

    def configure(self, text, name="rollscope/rollscope.conf"):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run_verb(self, *arguments, code=0):
        result = subprocess.run([ROLLSCOPE, *arguments], capture_output=True, text=True,
                                stdin=subprocess.DEVNULL, timeout=60, env=self.environment)
        self.assertEqual(code, result.returncode, result.stdout + result.stderr)
        return result

    def record(self, source, *arguments):
        output = os.path.join(self.folder, "session.h5")
        self.run_verb("live", "--no-dashboard", "--quiet", "--for=0.8", f"--source={source}",
                      f"--bus={self.folder}/bus", f"--output={output}", *arguments)
        with h5py.File(output) as file:
            return file["pressure"][:], dict(file.attrs), file["x"].shape[0], file["y"].shape[0]

    def assert_pictures(self, frames, made):
        first = [i for i in range(FRAMES) if numpy.array_equal(frames[0], made(i))]
        self.assertEqual(1, len(first))
        for i, frame in enumerate(frames):
            self.assertTrue(numpy.array_equal(frame, made((first[0] + i) % FRAMES)), i)

    def test_the_configuration_alone_makes_a_mat_of_it(self):
        self.configure(CONFIGURATION)
        line = self.line([packet(i) for i in range(FRAMES)])
        frames, about, cols, rows = self.record(f"pty:{line.path}")
        self.assertEqual((COLS, ROWS), (rows, cols))
        self.assertEqual(12.5, about["pitch_x_mm"])
        self.assertEqual(b"described", about["device_protocol"])
        self.assertGreater(len(frames), 20)
        self.assert_pictures(frames, picture)

    def test_another_file_is_named_and_the_address_wins(self):
        path = self.configure(CONFIGURATION, "other.conf")
        line = self.line([packet(i) for i in range(FRAMES)])
        frames, _, cols, rows = self.record(f"pty:{line.path}?transpose=0", f"--config={path}")
        self.assertEqual((ROWS, COLS), (rows, cols))
        self.assert_pictures(frames, lambda i: picture(i).T)

    def test_two_ports_side_by_side_are_one_mat(self):
        whole = "[acquire]\nsource = join:pty:{}|pty:{}?layout=y\n"
        lines = [self.line([packet(5)]), self.line([packet(9)])]
        self.configure(CONFIGURATION + whole.format(*(line.path for line in lines)))
        output = os.path.join(self.folder, "session.h5")
        self.run_verb("live", "--no-dashboard", "--quiet", "--for=0.8",
                      f"--bus={self.folder}/bus", f"--output={output}")
        with h5py.File(output) as file:
            last = file["pressure"][-1]
        self.assertTrue(numpy.array_equal(last, numpy.vstack([picture(5), picture(9)])))

    def test_devices_takes_the_description_too(self):
        self.configure(CONFIGURATION)
        line = self.line([packet(i) for i in range(FRAMES)])
        told = json.loads(self.run_verb("devices", "--json", f"pty:{line.path}").stdout)
        self.assertEqual(("described", COLS, ROWS), (told["protocol"], told["rows"], told["cols"]))
        self.assertEqual(0, told["health"]["bad_value"]["value"])

    def test_what_is_not_known_is_refused_with_its_line(self):
        for text, said in (("[mat]\nheads = aa\n", "rollscope.conf:2: .*'heads'"),
                           ("[mat]\nrows = 4\nrows = 5\n", "rollscope.conf:3: .*twice")):
            with self.subTest(text=text):
                self.configure(text)
                self.assertRegex(self.run_verb("acquire", "--for=1", code=2).stderr, said)

    def test_a_value_that_cannot_be_is_refused(self):
        self.configure("[mat]\nprotocol = described\nhead = xyz\n")
        line = self.line([packet(0)])
        self.assertIn("head=xyz", self.run_verb("acquire", f"--source=pty:{line.path}", "--for=1",
                                                code=1).stderr)


if __name__ == "__main__":
    unittest.main()
