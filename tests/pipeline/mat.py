"""A mat that speaks the mat's own protocol on a pseudo-terminal, in real time, in a thread. The cells
of frame n are (n + cell) modulo 4096, so that every frame can be told from every other."""

import fcntl
import json
import os
import pty
import struct
import termios
import threading
import time
import tty
import zlib

import numpy as np

ROWS, COLS, RATE_HZ = 8, 12, 100.0
INFO, FRAME = 1, 2


def cobs(data):
    """Consistent overhead byte stuffing, without the closing zero."""
    out, block = bytearray(), bytearray()
    for byte in data + b"\0":
        if byte:
            block.append(byte)
        if not byte or len(block) == 254:
            out += bytes([len(block) + 1]) + block
            block.clear()
            if byte:
                continue
    return bytes(out)


def packet(kind, body):
    plain = bytes([kind]) + body
    return cobs(plain + struct.pack("<I", zlib.crc32(plain))) + b"\0"


def cells(sequence):
    return ((sequence + np.arange(ROWS * COLS)) % 4096).astype("<u2")


class Mat:
    def __init__(self):
        self.master, self.slave = pty.openpty()
        tty.setraw(self.master)
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)
        os.set_blocking(self.master, False)
        self.sequence = 0
        self.running = True
        self.mute = False  # scans go on, but nothing is sent
        self.silent = set()  # these scans
        self.dropped = set()  # scans that nobody took in time, though they were sent
        self.torn = 0  # packets of which a part was taken
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def info(self):
        return json.dumps({"protocol": 1, "device": "test mat", "serial": "0042", "rows": ROWS,
                           "cols": COLS, "pitch_mm": 10, "rate_hz": RATE_HZ, "bits": 12,
                           "full_scale_kpa": 400}).encode()

    def frame(self):
        at_us = round(self.sequence * 1e6 / RATE_HZ)
        return struct.pack("<IQB", self.sequence, at_us, 0) + cells(self.sequence).tobytes()

    def _write(self, data):
        try:
            while os.read(self.master, 4096):
                pass
        except OSError:
            pass
        try:
            written = os.write(self.master, data)
        except BlockingIOError:
            written = 0  # nobody reads: a mat does not wait
        self.torn += 0 < written < len(data)
        return written == len(data)

    def is_taken(self):
        """Whether everything that was sent has been read."""
        waiting = fcntl.ioctl(self.slave, termios.FIONREAD, struct.pack("i", 0))
        return struct.unpack("i", waiting)[0] == 0

    def _run(self):
        begun = time.monotonic()
        while self.running:
            if self.sequence % 50 == 0 and not self.mute:
                self._write(packet(INFO, self.info()))
            if self.mute:
                self.silent.add(self.sequence)
            elif not self._write(packet(FRAME, self.frame())):
                self.dropped.add(self.sequence)
            self.sequence += 1
            time.sleep(max(0.0, begun + self.sequence / RATE_HZ - time.monotonic()))

    def close(self):
        self.running = False
        self.thread.join()
        os.close(self.master)
        os.close(self.slave)
