"""A small disk fills up: live goes on, the file is whole, recording goes on when there is room, and
what the ring could not bridge is named. On a file system of its own in a mount namespace."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import unittest

import sessions
from support import PipelineTest

DISK_BYTES = 8 << 20
FREE_BYTES = 1300 << 10  # left to the recording; a megabyte of it is the recorder's reserve
NAMESPACES = (["unshare", "-Urm"], ["unshare", "-m"])


class SmallDisk(PipelineTest):
    def setUp(self):
        super().setUp()
        self.disk = tempfile.mkdtemp(prefix="rollscope-disk-")
        self.addCleanup(os.rmdir, self.disk)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "none", self.disk],
                       check=True)
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk], check=True)
        self.output = os.path.join(self.disk, "out.h5")
        self.filler = os.path.join(self.disk, "filler")
        self.source = self.session("a.h5", 60)
        with open(self.path("leaks"), "w", encoding="ascii") as file:
            file.write("leak:libhdf5\n")  # of what it could not write
        self.environment["LSAN_OPTIONS"] = f"suppressions={self.path('leaks')}:print_suppressions=0"
        self.undisturbed = self.path("undisturbed.h5")
        self.run_verb("live", "--source", f"session:{self.source}?speed=max", "--output",
                      self.undisturbed, "--bus", self.path("bus-undisturbed"), bus=False)

    def fill(self, but):
        """Others take all of the disk but so many bytes; the recording may take some meanwhile."""
        disk = os.statvfs(self.disk)
        left = disk.f_bavail * disk.f_frsize - but
        with contextlib.suppress(OSError), open(self.filler, "wb", buffering=0) as file:
            while left > 0:
                left -= file.write(bytes(min(left, 1 << 16)))

    def frames_recorded(self):
        try:
            return len(sessions.frames_of(self.output, live=True)["time"]) // 8
        except (OSError, KeyError):
            return 0  # not there yet, or before the first commit

    def live(self, *arguments, speed=20):
        return self.start("live", "--json", "--events", "stroke", "--source",
                          f"session:{self.source}?speed={speed}", "--output", self.output,
                          *arguments)

    def wait_for_line(self, stream, text):
        for line in stream:
            if text in line:
                return
        self.fail(f"nobody said: {text}")

    def test_a_full_disk_stops_only_the_recording_and_nothing_is_missing_in_the_end(self):
        self.fill(but=FREE_BYTES)
        live = self.live()
        self.wait_for_line(live.stderr, "recording stopped")
        held = sessions.frames_of(self.output, live=True)["time"]
        self.assertTrue(sessions.frames_of(self.source)["time"].startswith(held))
        acquired = self.frames_acquired()
        self.wait_until("frames to go on", lambda: self.frames_acquired() > acquired + 50)
        self.wait_for_line(live.stdout, '"event":"stroke"')
        os.unlink(self.filler)
        _, err = self.finish(live)
        self.assertIn("there is room again", err)
        self.assert_same_session(self.undisturbed, self.output)

    def test_a_disk_that_others_fill_at_once_spoils_nothing(self):
        live = self.live(speed=8)
        self.wait_until("frames in the file", lambda: self.frames_recorded() >= 50)
        self.fill(but=0)
        self.wait_for_line(live.stderr, "recording stopped")
        os.unlink(self.filler)
        self.finish(live)
        self.assert_same_session(self.undisturbed, self.output)

    def test_what_the_ring_could_not_bridge_is_named(self):
        self.fill(but=FREE_BYTES)
        live = self.live("--ring", "1")
        self.wait_for_line(live.stderr, "recording stopped")
        stopped = self.frames_acquired()
        self.wait_until("the ring to be overrun", lambda: self.frames_acquired() >= stopped + 1700)
        os.unlink(self.filler)
        self.finish(live)
        first, last, markers = sessions.lost_of(self.output)
        self.assertEqual(1, markers)
        given, recorded = (sessions.frames_of(path)["time"] for path in (self.source, self.output))
        self.assertEqual(given[:first * 8] + given[(last + 1) * 8:], recorded)

    def test_a_disk_that_is_read_only_is_refused_at_once(self):
        subprocess.run(["mount", "-o", "remount,ro", self.disk], check=True)
        _, err = self.finish(self.live(), code=1)
        self.assertIn(f"{self.output}: cannot be created: Read-only file system", err)

    def test_little_room_is_said_before_the_first_stroke(self):
        self.fill(but=FREE_BYTES)
        live = self.live("--planned", "36000")
        self.wait_for_line(live.stderr, "warning: " + self.disk + " has 1 MB of room; 600 minutes")
        os.unlink(self.filler)
        live.send_signal(signal.SIGINT)
        self.finish(live)


def main():
    if os.environ.get("ROLLSCOPE_NAMESPACE"):
        unittest.main()
    for namespace in NAMESPACES:
        if subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode == 0:
            sys.exit(subprocess.run([*namespace, sys.executable, *sys.argv], check=False,
                                    env=dict(os.environ, ROLLSCOPE_NAMESPACE="1")).returncode)
    print("skipped: this machine lets nobody make a mount namespace (unshare -Urm)")
    sys.exit(77)


if __name__ == "__main__":
    main()
