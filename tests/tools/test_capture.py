"""rollscope capture on a pseudo-terminal that this test writes to: the bytes in the file are those
that were sent, whether they decode or not."""

import base64
import os
import subprocess
import tempfile
import unittest

import support_line

ROLLSCOPE = os.environ["ROLLSCOPE"]
FRAME = bytes.fromhex("ff000800 05060102 07060304")  # two cells of a Sensitronics mat
NOISE = bytes.fromhex("deadbeef")


def captured(path):
    with open(path) as lines:
        return b"".join(base64.b64decode(line.split(", ")[1], validate=True)
                        for line in map(str.strip, lines))


class Capture(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "mat.dat")

    def capture(self, said, parameters=""):
        line = support_line.Line(lambda number: said, 0.02)
        self.addCleanup(line.close)
        return subprocess.run([ROLLSCOPE, "capture", "--source", line.address + parameters,
                               "--output", self.path, "--for", "1"],
                              capture_output=True, text=True, timeout=60)

    def test_the_bytes_are_written_as_they_came(self):
        result = self.capture(FRAME, "?protocol=sensitronics")
        self.assertEqual(0, result.returncode, result.stderr)
        data = captured(self.path)
        self.assertGreater(len(data), 20 * len(FRAME))
        self.assertEqual(data, (FRAME * (len(data) // len(FRAME) + 1))[:len(data)])
        self.assertIn("--source 'file:" + self.path, result.stderr)

    def test_what_does_not_decode_is_captured_too_and_said(self):
        result = self.capture(NOISE)
        self.assertEqual(1, result.returncode)
        self.assertIn("nothing decodes", result.stderr)
        self.assertIn(NOISE * 20, captured(self.path))

    def test_a_file_that_is_there_is_not_overwritten(self):
        with open(self.path, "w") as file:
            file.write("mine")
        result = self.capture(FRAME)
        self.assertEqual(1, result.returncode)
        self.assertIn(self.path, result.stderr)
        with open(self.path) as file:
            self.assertEqual("mine", file.read())


if __name__ == "__main__":
    unittest.main()
