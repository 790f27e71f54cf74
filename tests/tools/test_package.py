"""The Debian package: what it needs is named, and what it holds runs from wherever it is unpacked."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest
import urllib.request

PROGRAM = pathlib.Path(os.environ["ROLLSCOPE"])


def run(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True,
                          text=True).stdout


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        run("cpack", "--config", PROGRAM.parent / "CPackConfig.cmake", "-B", cls.folder)
        (cls.package,) = cls.folder.glob("rollscope_*.deb")
        (cls.library,) = cls.folder.glob("librollscope-dev_*.deb")

    def start(self, program):
        """The page of a program that waits for sessions."""
        places = {"XDG_RUNTIME_DIR": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}
        running = subprocess.Popen([program, "live", "--stay", "--source", "sim:roller-strokes"],
                                   cwd=self.folder, stderr=subprocess.PIPE, text=True,
                                   env={**os.environ, **places})
        self.addCleanup(running.stderr.close)
        self.addCleanup(running.wait)
        self.addCleanup(running.terminate)
        for line in running.stderr:
            if found := re.search(r"the page is at\s+(http://\S+)", line):
                return found[1]
        return self.fail("no page")

    def test_it_names_what_it_needs(self):
        needs = run("dpkg-deb", "--field", self.package, "Depends")
        for library in ("libzmq5", "libhdf5", "libserialport0", "libkissfft", "libwebsockets"):
            self.assertIn(library, needs)

    def test_what_it_holds_runs_and_finds_its_page(self):
        run("dpkg-deb", "--extract", self.package, self.folder / "root")
        address = self.start(self.folder / "root/usr/bin/rollscope")
        for path, piece in (("", "<title>"), ("dygraph.min.js", "Dygraph")):
            with urllib.request.urlopen(address.partition("#")[0] + path, timeout=30) as answer:
                self.assertIn(piece, answer.read().decode())

    def test_the_library_is_a_package_of_its_own(self):
        files = run("dpkg-deb", "--contents", self.library)
        for name in ("librollscope.a", "include/rollscope/detect/detect.h", "rollscope.pc"):
            self.assertIn(name, files)
        self.assertNotIn("librollscope.a", run("dpkg-deb", "--contents", self.package))


if __name__ == "__main__":
    unittest.main()
