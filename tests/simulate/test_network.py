"""simulate --tcp: simulated mats on the network, one protocol after the other, read by another
process of the program; a host that hangs up and calls again."""

import os
import re
import subprocess
import tempfile
import unittest

import h5py

ROLLSCOPE = os.environ["ROLLSCOPE"]
GAP_BEFORE = 1

# What a host has to be told; the simulated mat is 12 x 10.
MATS = {
    "rollscope": "",
    "sensingtex": "&rows=12&cols=10",
    "sensitronics": "&rows=12&cols=10",
    "sensingtex-matrix": "&rows=12&cols=10&variant=kit",
    "jq": "&rows=12&cols=10",
    "flexitac": "&rows=12&cols=10",
    "sensel": "",
    "wiresens": "&rows=12&cols=10",
    "text": "&rows=12&cols=10",
}


class Network(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="rollscope-network-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.environment = {**os.environ, "XDG_CONFIG_HOME": self.folder}

    def path(self, name):
        return os.path.join(self.folder, name)

    def mat(self, protocol):
        """Starts one on a free port; its address."""
        mat = subprocess.Popen(
            [ROLLSCOPE, "simulate", "--mat=12x10x15@50", "--for=60", f"--protocol={protocol}",
             "--tcp=127.0.0.1:0"], stderr=subprocess.PIPE, text=True, env=self.environment)
        self.addCleanup(mat.stderr.close)
        self.addCleanup(mat.wait, 20)
        self.addCleanup(mat.terminate)
        return re.search(r"tcp://127\.0\.0\.1:\d+", mat.stderr.readline()).group(0)

    def live(self, address, name):
        done = subprocess.run(
            [ROLLSCOPE, "live", "--quiet", "--no-dashboard", f"--bus={self.path('bus')}", "--for=1",
             f"--source={address}", f"--output={self.path(name)}"],
            capture_output=True, text=True, timeout=60, env=self.environment)
        self.assertEqual(0, done.returncode, done.stderr)
        with h5py.File(self.path(name)) as file:
            return file["sequence"][:], file["flags"][:], file["pressure"].shape[1:]

    def test_every_protocol_is_read_from_the_network(self):
        for protocol, told in MATS.items():
            with self.subTest(protocol=protocol):
                address = self.mat(protocol)
                sequence, flags, shape = self.live(f"{address}?protocol={protocol}{told}",
                                                   f"{protocol}.h5")
                self.assertEqual((12, 10), shape)
                self.assertGreater(len(sequence), 5)

    def test_a_host_that_hangs_up_may_call_again(self):
        address = self.mat("rollscope")
        first, _, _ = self.live(f"{address}?protocol=rollscope", "first.h5")
        second, flags, _ = self.live(f"{address}?protocol=rollscope", "second.h5")
        self.assertGreater(second[0], first[-1])  # the same mat, which went on
        self.assertFalse((flags[1:] & GAP_BEFORE).any())

    def test_an_address_in_use_or_none_is_refused(self):
        address = self.mat("rollscope").removeprefix("tcp://")
        for given, said, code in ((address, "in use", 1), ("127.0.0.1", "HOST:PORT", 1)):
            done = subprocess.run([ROLLSCOPE, "simulate", f"--tcp={given}"], capture_output=True,
                                  text=True, timeout=20, env=self.environment)
            self.assertEqual(code, done.returncode)
            self.assertIn(said, done.stderr)
        done = subprocess.run([ROLLSCOPE, "simulate", f"--tcp={address}", "--pty=/tmp/x"],
                              capture_output=True, text=True, timeout=20, env=self.environment)
        self.assertEqual(2, done.returncode)


if __name__ == "__main__":
    unittest.main()
