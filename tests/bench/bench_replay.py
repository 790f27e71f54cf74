#!/usr/bin/python3
"""How well a replay keeps the recorded spacing: a session played at real time, the messages timed as
they come to a subscriber. Run by the target bench_replay: bench_replay.py PROGRAM [SECONDS]."""

import os
import subprocess
import sys
import tempfile
import time

import numpy as np
import zmq

RATE_HZ = 100
TIME_AT = 32  # in a frame, docs/streams.md
EDGE_S = 20  # what is compared, at the beginning and at the end


def played(program, seconds):
    """When each frame was to come and when it came, s, from the first one."""
    with tempfile.TemporaryDirectory(prefix="rollscope-bench-") as folder:
        session, bus = os.path.join(folder, "session.h5"), os.path.join(folder, "bus")
        subprocess.run([program, "simulate", "--quiet", "--mat", f"16x16x10@{RATE_HZ}", "--for",
                        str(seconds), "--output", session], check=True)
        os.mkdir(bus, 0o700)
        context = zmq.Context()
        frames = context.socket(zmq.SUB)
        frames.subscribe(b"")
        frames.connect(f"ipc://{bus}/frames")
        acquire = subprocess.Popen([program, "acquire", "--quiet", "--source", f"session:{session}",
                                    "--bus", bus], stderr=subprocess.DEVNULL)
        came = []
        while acquire.poll() is None:
            if frames.poll(100):
                topic, body = frames.recv_multipart()[:2]
                now = time.monotonic()
                if topic == b"frame":
                    came.append((int.from_bytes(body[TIME_AT:TIME_AT + 8], "little"), now))
        context.destroy(linger=0)
    due, now = np.array(came, dtype=float).T
    return (due - due[0]) * 1e-6, now - now[0]


def main():
    program, seconds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 300
    due_s, came_s = played(program, seconds)
    late_ms = 1e3 * (came_s - due_s)
    first, last = late_ms[due_s < EDGE_S], late_ms[due_s > due_s[-1] - EDGE_S]
    drift = (np.median(last) - np.median(first)) * 3600 / (due_s[-1] - EDGE_S)
    late_ms -= np.median(late_ms)
    print(f"| a session of {seconds} s at real time, {RATE_HZ} Hz | result | aim |\n| --- | --- | --- |")
    print(f"| drift, first against last {EDGE_S} s | {drift:+.2f} ms an hour | below 1 |")
    print(f"| frames off their time, 99 % | {np.percentile(np.abs(late_ms), 99):.2f} ms | report |")
    print(f"| frames that came | {len(due_s)} | {round(seconds * RATE_HZ)} |")


if __name__ == "__main__":
    main()
