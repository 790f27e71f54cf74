"""The services: systemd finds nothing wrong with them, they give away next to nothing, and the command
of each runs and ends as its unit ends it."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unittest

PROGRAM = os.environ["ROLLSCOPE"]
FOLDER = pathlib.Path(os.environ["ROLLSCOPE_SOURCE"]) / "tools/service"
EXPOSURE_MOST = 2.0  # of 10, as `systemd-analyze security` rates what an attacker would hold


def analyze(*arguments):
    done = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class Unit:
    """What is asked of each unit: `name`, the variable of its `options`, those to `try` it with, and what it
    has `said` once it runs."""

    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.text = (FOLDER / self.name).read_text()
        self.unit = self.folder / self.name
        self.unit.write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={PROGRAM}", self.text, flags=re.MULTILINE))

    def settings(self, name):
        return re.findall(rf"^{name}=(.*)$", self.text, re.MULTILINE)

    def test_systemd_finds_nothing_wrong(self):
        code, said = analyze("verify", "--man=no", "--recursive-errors=no", str(self.unit))
        self.assertEqual((code, said), (0, ""))

    def test_a_wrong_line_would_be_found(self):
        self.unit.write_text(self.unit.read_text().replace("Restart=on-failure", "Restart=some"))
        _, said = analyze("verify", "--man=no", "--recursive-errors=no", str(self.unit))
        self.assertIn("some", said)

    def test_it_holds_next_to_nothing(self):
        code, said = analyze("security", "--offline=true", f"--threshold={int(10 * EXPOSURE_MOST)}",
                             str(self.unit))
        self.assertEqual(code, 0, said)

    def test_its_command_runs_and_ends_in_order(self):
        (command,) = self.settings("ExecStart")
        words = command.replace(f"${self.options}", self.tried).split()
        places = {"XDG_RUNTIME_DIR": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}
        running = subprocess.Popen([PROGRAM, *words[1:]], cwd=self.folder, stderr=subprocess.PIPE,
                                   text=True, env={**os.environ, **places})
        self.addCleanup(running.stderr.close)
        self.addCleanup(running.kill)
        said = ""
        while self.said not in said:
            line = running.stderr.readline()
            self.assertTrue(line, said)
            said += line
        running.send_signal(signal.SIGTERM)
        self.assertEqual(running.wait(60), 0, said)


class Service(Unit, unittest.TestCase):
    name, options, said = "rollscope.service", "ROLLSCOPE_OPTIONS", "the page is at"
    tried = "--source sim:roller-strokes"

    def test_the_end_is_told_to_the_first_process_only(self):
        self.assertEqual(self.settings("KillMode"), ["mixed"])


class Bridge(Unit, unittest.TestCase):
    name, options, said = "rollscope-bridge.service", "ROLLSCOPE_BRIDGE_OPTIONS", "trying again"
    tried = "--port 1"  # where nobody listens


if __name__ == "__main__":
    if not shutil.which("systemd-analyze"):
        print("skipped: there is no systemd-analyze (Debian: systemd) to judge the units")
        sys.exit(77)
    unittest.main()
