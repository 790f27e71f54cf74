"""rollscope devices, listening to a mat that this test plays on a pseudo-terminal: packets built
here after docs/usb-protocol.md, with zlib and nothing of ours."""

import json
import os
import struct
import subprocess
import unittest
import zlib

import support_line

ROLLSCOPE = os.environ["ROLLSCOPE"]
ROWS, COLS, RATE_HZ = 8, 6, 50


def packet(kind, body):
    whole = bytes([kind]) + body
    whole += struct.pack("<I", zlib.crc32(whole))
    out = b""
    for block in whole.split(b"\0"):
        while len(block) >= 254:
            out += b"\xff" + block[:254]
            block = block[254:]
        out += bytes([len(block) + 1]) + block
    return out + b"\0"


def info():
    return packet(1, json.dumps({
        "protocol": 1, "device": "test-mat", "serial": "T7", "rows": ROWS, "cols": COLS,
        "pitch_mm": 10, "rate_hz": RATE_HZ, "bits": 12, "full_scale_kpa": 400}).encode())


def frame(number):
    cells = struct.pack(f"<{ROWS * COLS}H", *range(ROWS * COLS))
    return packet(2, struct.pack("<IQB", number, number * 1000000 // RATE_HZ, 0) + cells)


def streamed(number):
    return (info() if number % RATE_HZ == 0 else b"") + frame(number)


def devices(*arguments):
    return subprocess.run([ROLLSCOPE, "devices", *arguments], capture_output=True, text=True,
                          timeout=60)


class Devices(unittest.TestCase):
    def setUp(self):
        self.mat = support_line.Line(streamed, 1 / RATE_HZ)
        self.addCleanup(self.mat.close)

    def test_a_mat_is_named_with_protocol_grid_and_rate(self):
        result = devices("--json", self.mat.address)
        self.assertEqual((0, ""), (result.returncode, result.stderr))
        told = json.loads(result.stdout)
        self.assertEqual(self.mat.address, told["address"])
        self.assertTrue(told["mat"])
        self.assertEqual(("rollscope", "test-mat", "T7", ROWS, COLS),
                         tuple(told[key] for key in
                               ("protocol", "device", "serial", "rows", "cols")))
        self.assertAlmostEqual(RATE_HZ, told["rate_hz"], delta=RATE_HZ / 2)
        health = told["health"]
        self.assertGreater(health["frames"]["value"], RATE_HZ / 2)
        self.assertEqual("frame", health["lost"]["unit"])

    def test_where_no_mat_is_the_reason_is_said_and_the_rest_is_listed(self):
        result = devices("--json", "pty:/nonexistent/port", self.mat.address)
        self.assertEqual(1, result.returncode)
        first, second = (json.loads(line) for line in result.stdout.splitlines())
        self.assertFalse(first["mat"])
        self.assertIn("/nonexistent/port", first["error"])
        self.assertTrue(second["mat"])

    def test_the_words_name_the_mat(self):
        result = devices(self.mat.address)
        self.assertEqual(0, result.returncode)
        self.assertIn("test-mat (T7), 8 x 6 cells", result.stdout)


if __name__ == "__main__":
    unittest.main()
