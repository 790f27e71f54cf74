"""simulate and score as they are called: files, a pseudo-terminal, refusals."""

import json
import os
import select
import struct
import subprocess
import sys
import tempfile
import time
import tty
import unittest
import zlib

import h5py
import numpy

ROLLSCOPE = os.environ["ROLLSCOPE"]


def rollscope(*arguments, code=0):
    done = subprocess.run([ROLLSCOPE, *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == code, (arguments, done.returncode, done.stderr)
    return done


def cobs_encode(data):
    out = bytearray()
    for block in (data + b"\0").split(b"\0")[:-1]:
        assert len(block) < 254
        out += bytes([len(block) + 1]) + block
    return bytes(out) + b"\0"


def cobs_decode(data):
    out, at = bytearray(), 0
    while at < len(data):
        code = data[at]
        out += data[at + 1:at + code]
        at += code
        if code < 255 and at < len(data):
            out.append(0)
    return bytes(out)


def packet(kind, body=b""):
    plain = bytes([kind]) + body
    return cobs_encode(plain + struct.pack("<I", zlib.crc32(plain)))


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def simulate(self, name, scenario, seed, seconds):
        rollscope("simulate", "--scenario", scenario, "--seed", str(seed), "--for", str(seconds),
                  "--output", self.path(name), "--quiet")
        return self.path(name)

    def test_the_list_names_thirty_scenarios_and_random(self):
        names = [line.split()[0] for line in rollscope("simulate", "--scenario", "list").stdout.splitlines()]
        self.assertEqual(len(names), len(set(names)))
        self.assertGreaterEqual(len(names), 31)
        self.assertIn("random", names)

    def test_a_file_holds_frames_truth_and_the_command_that_made_it(self):
        with h5py.File(self.simulate("a.h5", "roller-knots", 3, 25)) as file:
            self.assertEqual(file["pressure"].shape[0], len(file["time"]))
            self.assertGreater(len(file["truth/strokes/start"]), 2)
            starts, ends = file["truth/strokes/start"][:], file["truth/strokes/end"][:]
            self.assertTrue(numpy.all(ends > starts))
            source = file.attrs["source"]
            source = source.decode() if isinstance(source, bytes) else source
            self.assertEqual(source, "rollscope simulate --scenario roller-knots --seed 3 --for 25")

    def test_the_same_command_gives_the_same_file(self):
        first, second = (self.simulate(n, "ball-knot", 4, 8) for n in ("a.h5", "b.h5"))
        with open(first, "rb") as a, open(second, "rb") as b:
            self.assertEqual(a.read(), b.read())

    def test_scoring_a_file_equals_scoring_the_simulation(self):
        path = self.simulate("a.h5", "roller-strokes", 6, 30)
        from_file = json.loads(rollscope("score", "--json", path).stdout.splitlines()[0])
        direct = json.loads(rollscope("score", "--json", "--simulate", "1", "--scenario", "roller-strokes",
                                      "--seed", "6", "--for", "30").stdout.splitlines()[0])
        for key in ("strokes", "spots", "exact", "hold_agreement"):
            self.assertEqual(from_file[key], direct[key])

    def test_the_number_of_jobs_does_not_change_the_score(self):
        arguments = ("score", "--json", "--simulate", "4", "--seed", "5", "--for", "8")
        self.assertEqual(rollscope(*arguments, "-j1").stdout, rollscope(*arguments, "-j2").stdout)

    def test_wrong_use_is_refused(self):
        self.assertIn("list", rollscope("simulate", "--help").stdout)
        rollscope("simulate", "--scenario", "random", code=2)
        rollscope("score", code=2)
        self.assertIn("no-such", rollscope("simulate", "--scenario", "no-such", "--output",
                                           self.path("c.h5"), code=1).stderr)
        self.assertFalse(os.path.exists(self.path("c.h5")))
        self.assertIn("nowhere.h5", rollscope("score", self.path("nowhere.h5"), code=1).stderr)


class Terminal(unittest.TestCase):
    def open_link(self, link, process):
        until = time.monotonic() + 20
        while not os.path.islink(link):
            self.assertIsNone(process.poll(), "simulate ended before it served")
            self.assertLess(time.monotonic(), until)
            select.select([], [], [], 0.01)
        descriptor = os.open(link, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(descriptor)
        return descriptor

    def read_all(self, descriptor, process):
        data = bytearray()
        while True:
            ready, _, _ = select.select([descriptor], [], [], 0.2)
            try:
                new = os.read(descriptor, 65536) if ready else None
            except OSError:  # hung up
                return bytes(data)
            if new == b"" or (new is None and process.poll() is not None):
                return bytes(data)
            data += new or b""

    def test_a_host_gets_every_frame_after_start(self):
        with tempfile.TemporaryDirectory() as folder:
            link, path = os.path.join(folder, "mat"), os.path.join(folder, "same.h5")
            same = ("--scenario", "ball-knot", "--seed", "2", "--for", "6")
            rollscope("simulate", *same, "--output", path, "--quiet")
            process = subprocess.Popen([ROLLSCOPE, "simulate", *same, "--pty", link, "--speed", "max",
                                        "--quiet"])
            descriptor = self.open_link(link, process)
            os.write(descriptor, packet(0x10) + packet(0x11, struct.pack("<f", 0)))
            data = self.read_all(descriptor, process)
            os.close(descriptor)
            self.assertEqual(process.wait(), 0)
            self.assertFalse(os.path.lexists(link))
            plain = [cobs_decode(p) for p in data.split(b"\0") if p]
            for p in plain:
                self.assertEqual(zlib.crc32(p[:-4]), struct.unpack("<I", p[-4:])[0])
            info = json.loads(next(p for p in plain if p[0] == 1)[1:-4])
            frames = [p for p in plain if p[0] == 2]
            with h5py.File(path) as file:
                self.assertEqual((info["rows"], info["cols"]), file["pressure"].shape[1:])
                self.assertEqual(len(frames), file["pressure"].shape[0])
                sequence = [struct.unpack("<I", p[1:5])[0] for p in frames]
                self.assertEqual(sequence, [int(s) for s in file["sequence"][:]])

    def test_what_is_in_the_way_stays(self):
        with tempfile.TemporaryDirectory() as folder:
            link = os.path.join(folder, "mat")
            with open(link, "w") as file:
                file.write("mine")
            self.assertIn("no link", rollscope("simulate", "--pty", link, code=1).stderr)
            with open(link) as file:
                self.assertEqual(file.read(), "mine")


if __name__ == "__main__":
    sys.exit(unittest.main())
