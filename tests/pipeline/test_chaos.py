"""Processes of the pipeline are killed or stopped at random moments; the recording is the same as
undisturbed, frames and events, to the bit. ROLLSCOPE_CHAOS sets the number of kills (10),
ROLLSCOPE_SEED the random numbers."""

import os
import random
import signal
import subprocess
import unittest

from support import PipelineTest

KILLS = int(os.environ.get("ROLLSCOPE_CHAOS", "10"))
SEED = int(os.environ.get("ROLLSCOPE_SEED", "1"))
VERBS = ("acquire", "detect", "record")
STOPS = 0.25  # share of disturbances that stop a process for a while
PAUSE_S = (0.02, 0.3)


class Chaos(PipelineTest):
    def ends_within(self, live, seconds):
        try:
            live.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def disturb(self, live, dice):
        """One disturbance. Returns 1 for a kill."""
        child = self.child_of(live, dice.choice(VERBS))
        stops = dice.random() < STOPS
        try:
            if child and stops:
                os.kill(child, signal.SIGSTOP)
                self.ends_within(live, dice.uniform(*PAUSE_S))
                os.kill(child, signal.SIGCONT)
            elif child:
                os.kill(child, signal.SIGKILL)
                return 1
        except ProcessLookupError:
            pass
        return 0

    def test_random_kills_and_stops_leave_the_same_recording(self):
        dice = random.Random(SEED)
        source = self.session("a.h5", 60)
        undisturbed = self.path("undisturbed.h5")
        self.run_verb("live", "--source", f"session:{source}?speed=max", "--output", undisturbed)
        kills = rounds = 0
        while kills < KILLS:
            rounds += 1
            recorded = self.path(f"{rounds}.h5")
            live = self.start("live", "--source", f"session:{source}?speed=max", "--output",
                              recorded)
            while not self.ends_within(live, dice.uniform(*PAUSE_S)):
                if kills < KILLS:
                    kills += self.disturb(live, dice)
            with self.subTest(seed=SEED, round=rounds, kills=kills):
                self.finish(live)
                self.assert_same_session(undisturbed, recorded)


if __name__ == "__main__":
    unittest.main()
