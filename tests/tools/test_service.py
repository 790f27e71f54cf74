"""The service: systemd finds nothing wrong with it, it gives away next to nothing, and its command
runs and ends as the unit ends it."""
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
UNIT = pathlib.Path(os.environ["ROLLSCOPE_SOURCE"]) / "tools/service/rollscope.service"
EXPOSURE_MOST = 2.0  # of 10, as `systemd-analyze security` rates what an attacker would hold


def settings(name):
    return re.findall(rf"^{name}=(.*)$", UNIT.read_text(), re.MULTILINE)


def analyze(*arguments):
    done = subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


class Service(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.unit = self.folder / "rollscope.service"
        text = re.sub(r"^ExecStart=\S+", f"ExecStart={PROGRAM}", UNIT.read_text(), flags=re.MULTILINE)
        self.unit.write_text(text)

    def test_systemd_finds_nothing_wrong(self):
        code, said = analyze("verify", "--man=no", "--recursive-errors=no", str(self.unit))
        self.assertEqual((code, said), (0, ""))

    def test_a_wrong_line_would_be_found(self):
        self.unit.write_text(self.unit.read_text().replace("KillMode=mixed", "KillMode=some"))
        _, said = analyze("verify", "--man=no", "--recursive-errors=no", str(self.unit))
        self.assertIn("some", said)

    def test_it_holds_next_to_nothing(self):
        code, said = analyze("security", "--offline=true", f"--threshold={int(10 * EXPOSURE_MOST)}",
                             str(self.unit))
        self.assertEqual(code, 0, said)

    def test_its_command_runs_and_ends_in_order(self):
        self.assertEqual(settings("KillMode"), ["mixed"])  # SIGTERM to the first process only
        (command,) = settings("ExecStart")
        words = command.replace("$ROLLSCOPE_OPTIONS", "--source sim:roller-strokes").split()
        places = {"XDG_RUNTIME_DIR": str(self.folder), "XDG_CONFIG_HOME": str(self.folder)}
        running = subprocess.Popen([PROGRAM, *words[1:]], cwd=self.folder, stderr=subprocess.PIPE,
                                   text=True, env={**os.environ, **places})
        self.addCleanup(running.stderr.close)
        self.addCleanup(running.kill)
        said = ""
        while "the page is at" not in said:
            line = running.stderr.readline()
            self.assertTrue(line, said)
            said += line
        running.send_signal(signal.SIGTERM)
        self.assertEqual(running.wait(60), 0, said)


if __name__ == "__main__":
    if not shutil.which("systemd-analyze"):
        print("skipped: there is no systemd-analyze (Debian: systemd) to judge the unit")
        sys.exit(77)
    unittest.main()
