#!/usr/bin/env python3
"""Prints each stroke as it is counted, and the totals at the end.

usage: subscriber.py [BUS FOLDER]        needs pyzmq (Debian: python3-zmq)
"""

import json
import os
import sys

import zmq

SILENT_MS = 3000  # a stream that lives says something each second
runtime = os.environ.get("XDG_RUNTIME_DIR")
usual = f"{runtime}/rollscope/main" if runtime else f"/tmp/rollscope-{os.getuid()}/main"
bus = sys.argv[1] if len(sys.argv) > 1 else usual

context = zmq.Context()
live = context.socket(zmq.SUB)
for stream in ("events", "metrics"):
    live.connect(f"ipc://{bus}/{stream}")
for topic in ("stroke", "metrics", "health", "heartbeat", "end"):
    live.subscribe(topic)

# Whoever joins late asks for the newest metrics: the totals so far are in them.
ask = context.socket(zmq.DEALER)
ask.connect(f"ipc://{bus}/metrics.ask")
ask.send_json({"ask": "last"})
answer = ask.recv_multipart()
metrics = json.loads(answer[1]) if len(answer) > 1 else None
print("so far", metrics["strokes"]["one_way"] if metrics else 0, flush=True)

ended = 0
while ended < 2:
    if not live.poll(SILENT_MS):
        print("silent: is rollscope running?", flush=True)
        continue
    topic, body = live.recv_multipart()
    message = json.loads(body)
    if topic == b"stroke":
        print(f"stroke {message['id']} {message['travel_mm']:.0f} mm "
              f"{message['mean_speed_mm_s']:.0f} mm/s", flush=True)
    elif topic == b"metrics":
        metrics = message
    elif topic == b"end":
        ended += 1
print("total", metrics["strokes"]["one_way"], "cycles", metrics["strokes"]["cycles"])
context.destroy(linger=0)
