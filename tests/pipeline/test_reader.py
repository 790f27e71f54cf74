"""What a reader of a session file misses when its recorder is killed at a random moment, before
anything is recovered."""

import os
import random
import time
import unittest

import h5py

from support import PipelineTest

RATE_HZ = 50
KILLS = int(os.environ.get("ROLLSCOPE_CHAOS", "10"))
MISSED_S = 0.2
LATE_S = 0.1  # a machine that lets a sleeper wait so long does not give the recorder its turn either


class Reader(PipelineTest):
    def committed(self, path):
        try:
            with h5py.File(path, "r", libver="latest", swmr=True) as file:
                committed = int(file["committed"][()])
                self.assertEqual(committed, len(file["time"][:committed]))
                if committed:
                    self.assertLess(file["pressure"][committed - 1].max(), 65535)
                return committed
        except OSError:
            return 0

    def has_caught_up(self, output):
        committed = self.committed(output)
        return committed and self.frames_acquired() - committed <= RATE_HZ * MISSED_S

    def wait_for_frame(self, wanted):
        """Returns how late the machine woke this process meanwhile, at the worst."""
        late_s = 0
        while self.frames_acquired() < wanted:
            asleep = time.monotonic()
            time.sleep(0.005)
            late_s = max(late_s, time.monotonic() - asleep - 0.005)
        return late_s

    def kill_one(self, output, more):
        """Records for a while, kills it. Returns what a reader misses and how late the machine was."""
        record = self.start("record", "--output", output)
        self.wait_until("it to have caught up", lambda: self.has_caught_up(output))
        late_s = self.wait_for_frame(self.frames_acquired() + more)
        acquired = self.frames_acquired()
        record.kill()
        record.wait()
        return (acquired - self.committed(output)) / RATE_HZ, late_s

    def test_a_reader_misses_at_most_a_fifth_of_a_second(self):
        dice = random.Random(7)
        source = self.session("a.h5", 10 + 3 * KILLS)
        with h5py.File(source, "r+") as file:
            file.attrs["rate_hz"] = float(RATE_HZ)  # chunks are as long as they get: 0.08 s
        self.start("acquire", "--source", f"session:{source}", "--readers", "1")
        missed_s, late = [], 0
        while len(missed_s) < KILLS:
            self.assertLess(late, KILLS, "the machine is too busy to tell")
            missed, late_s = self.kill_one(self.path(f"{len(missed_s)}-{late}.h5"),
                                           dice.randrange(5, 20))
            if late_s > LATE_S and missed > MISSED_S:
                late += 1
            else:
                missed_s.append(missed)
        print("missed:", sorted(missed_s), "not told, the machine being late:", late)
        self.assertLessEqual(max(missed_s), MISSED_S)


if __name__ == "__main__":
    unittest.main()
