"""A stalled, a flooding and a malformed client change nothing for the others."""

import json
import os
import random
import re
import socket
import subprocess
import sys
import threading
import unittest

import zmq

import support

SECONDS = 20
STALLED = 10
GROWTH_MOST_KB = 48 << 10  # a queue of 8 MB each of three streams, and the sanitizer's own

FLOOD = """
import sys, time, zmq
context = zmq.Context()
sockets = []
for name in ("frames", "events", "metrics"):
    one = context.socket(zmq.DEALER)
    one.connect(f"ipc://{sys.argv[1]}/{name}.ask")
    sockets.append(one)
while True:
    for one in sockets:
        for text in (b'{"ask":"range","from":0,"count":1000000}', b'{"ask":"hello"}', b"\\0" * 100,
                     b'{"ask":"range","from":-1}', b"x" * 100000):
            try:
                one.send(text, zmq.DONTWAIT)
            except zmq.Again:
                pass
    time.sleep(0.002)
"""


class Burden(support.PipelineTest):
    def setUp(self):
        super().setUp()
        # A sanitizer keeps what is freed for a while; less of it, so that growth shows.
        self.environment["ASAN_OPTIONS"] = "quarantine_size_mb=1:malloc_context_size=0"
        self.source = f"session:{self.session('in.h5', SECONDS)}?speed=4"
        self.context = zmq.Context()
        self.addCleanup(self.context.destroy, linger=0)

    def live(self, name):
        return self.start("live", "--no-dashboard", "--quiet", "--source", self.source, "--output",
                          self.path(name))

    def subscriber(self, stream):
        one = self.context.socket(zmq.SUB)
        self.addCleanup(one.close)
        one.rcvtimeo = support.PATIENCE_S * 1000
        one.connect(f"ipc://{self.bus}/{stream}")
        one.subscribe(b"")
        return one

    def burden_begin(self):
        """Ten that never read, one that floods, twenty connections that talk nonsense."""
        for stream in ("frames", "events", "metrics"):
            for _ in range(STALLED):
                stalled = self.subscriber(stream)
                stalled.rcvhwm = 1
        flood = subprocess.Popen([sys.executable, "-c", FLOOD, self.bus])
        self.addCleanup(flood.wait)
        self.addCleanup(flood.kill)
        noise = random.Random(1)
        for name in ("frames", "frames.ask", "events.ask", "metrics.ask", "metrics"):
            self.wait_until(name, lambda n=name: os.path.exists(os.path.join(self.bus, n)))
            for size in (0, 1, 64, 4096):
                one = socket.socket(socket.AF_UNIX)
                self.addCleanup(one.close)
                one.connect(os.path.join(self.bus, name))
                one.setblocking(False)
                try:
                    one.send(noise.randbytes(size))
                except OSError:
                    pass

    def memory_kb(self, number):
        with open(f"/proc/{number}/status", encoding="ascii") as file:
            return int(re.search(r"RssAnon:\s+(\d+)", file.read())[1])

    def test_nothing_changes_for_the_others(self):
        self.finish(self.live("alone.h5"))
        self.bus = self.path("second")
        os.makedirs(self.bus, mode=0o700)
        good = self.subscriber("frames")
        live = self.live("burdened.h5")
        self.wait_until("acquire", lambda: self.child_of(live, "acquire"))
        acquire = self.child_of(live, "acquire")
        self.burden_begin()
        numbers, malformed, memory = [], 0, []
        topic = b""
        while topic != b"end":
            topic, body = good.recv_multipart()
            if topic == b"frame":
                numbers.append(int.from_bytes(body[16:24], "little"))
            if topic == b"health":
                malformed = json.loads(body)["values"]["bus_malformed"]["value"]
                memory.append(self.memory_kb(acquire))
        threading.Thread(target=live.stdout.read, daemon=True).start()
        self.finish(live)
        self.assertEqual(list(range(numbers[0], numbers[0] + len(numbers))), numbers)
        self.assertGreater(malformed, 10)
        self.assertLess(memory[-1] - memory[0], GROWTH_MOST_KB)
        self.assert_same_session(self.path("alone.h5"), self.path("burdened.h5"))


if __name__ == "__main__":
    unittest.main()
