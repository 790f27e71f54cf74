#!/usr/bin/python3
"""Session files: what `analyze`, `verify` and `info` take, against HDF5 alone and against a script of
the same task with SciPy; sizes against raw and gzip; ten hours; a fast mat with everything on. Prints
the tables of docs/performance.md. Times are processor times, so that others on the machine count less.

Usage: bench_sessions.py ROLLSCOPE BENCH_RECORD BENCH_STREAM
"""
import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import h5py
import numpy as np
from scipy import ndimage, signal

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tools"))
from support_memory import descendants, memory_of

BLOCK = 64
SCENARIO = ("--quiet", "--scenario", "roller-strokes", "--seed", "3")
MATS = (("32x32x10@100", 180), ("64x64x8@200", 60), ("64x64x8@1000", 20))
FAST = ((64, 1000), 20)


def cpu_of(*command):
    """Processor time of a command and its children, s; time by the clock, s; what it printed."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    out = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, time.monotonic() - begun, out


def processor_s(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def verb_of(pid):
    with open(f"/proc/{pid}/cmdline", "rb") as file:
        return file.read().split(b"\0")[1].decode()


def in_process(work, *arguments):
    begun = time.process_time()
    found = work(*arguments)
    return time.process_time() - begun, found


def read_alone(path):
    with h5py.File(path) as file:
        pressure = file["pressure"]
        for first in range(0, len(pressure), BLOCK):
            pressure[first:first + BLOCK]


def same_task(path):
    """Strokes, holds and a place that stands out, as one would write it with SciPy in an afternoon:
    cells low-passed, the offset taken off, the largest loaded region's centre of pressure, its turns."""
    with h5py.File(path) as file:
        pressure, scale = file["pressure"], file["pressure"].attrs["scale_factor"]
        rate = float(file.attrs["rate_hz"])
        x, y = file["x"][:], file["y"][:]
        filters = signal.butter(4, min(20.0, 0.4 * rate), fs=rate, output="sos")
        state = np.zeros((filters.shape[0], 2, len(y), len(x)))
        offset, at, force, most = None, [], [], np.zeros((len(y), len(x)))
        for first in range(0, len(pressure), 512):
            cells = pressure[first:first + 512] * scale
            offset = cells[0] if offset is None else np.minimum(offset, cells.min(axis=0))
            smooth, state = signal.sosfilt(filters, cells - offset, axis=0, zi=state)
            for frame in np.maximum(smooth, 0):
                labels, count = ndimage.label(frame > max(0.1 * frame.max(), 1.0))
                if not count:
                    at.append((np.nan, np.nan))
                    force.append(0.0)
                    continue
                sums = ndimage.sum_labels(frame, labels, np.arange(1, count + 1))
                one = np.where(labels == 1 + np.argmax(sums), frame, 0)
                total = one.sum()
                at.append(((one.sum(axis=0) @ x) / total, (one.sum(axis=1) @ y) / total))
                force.append(total)
                most = np.maximum(most, one)
    at = np.array(at)
    loaded = np.isfinite(at[:, 0])
    along = np.where(loaded, at[:, int(np.nanstd(at[:, 1]) > np.nanstd(at[:, 0]))], 0)
    turns = np.sort(np.concatenate([signal.find_peaks(side * along, prominence=10)[0]
                                    for side in (1, -1)]))
    strokes = np.count_nonzero(np.abs(np.diff(along[turns])) >= 10)
    spot = np.unravel_index(np.argmax(most - ndimage.median_filter(most, 5)), most.shape)
    return strokes, spot


def gzipped(path):
    """Bytes of the raw cells packed by gzip -6, as one would keep them otherwise."""
    with h5py.File(path) as file:
        pressure = file["pressure"]
        return sum(len(gzip.compress(pressure[first:first + 4096].tobytes(), 6))
                   for first in range(0, len(pressure), 4096))


def recorded_of(rollscope, folder, mat, seconds):
    """A session as `live` records it, and the processor time of that without the simulator."""
    made, recorded = (os.path.join(folder, f"{mat}-{kind}.h5") for kind in ("made", "recorded"))
    subprocess.run([rollscope, "simulate", *SCENARIO, "--for", str(seconds), "--mat", mat, "--output",
                    made], check=True)
    took, _, _ = cpu_of(rollscope, "live", "--quiet", "--no-dashboard", "--bus",
                        os.path.join(folder, "bus"), "--source", f"session:{made}?speed=max",
                        "--output", recorded)
    os.remove(made)
    return recorded, took


def left_open(path):
    """A copy that says it was never closed, as a kill leaves it."""
    copy = path + ".left"
    shutil.copy(path, copy)
    with h5py.File(copy, "r+") as file:
        file.attrs.modify("closed", 0)
    return copy


def column_of(rollscope, folder, mat, seconds):
    path, live_s = recorded_of(rollscope, folder, mat, seconds)
    with h5py.File(path) as file:
        frames, cells = len(file["pressure"]), file["pressure"][0].size
    alone_s, _ = in_process(read_alone, path)
    script_s, (strokes, _) = in_process(same_task, path)
    analyze_s, analyze_wall_s, out = cpu_of(rollscope, "analyze", "--quiet", "--json", "--jobs", "1", path)
    found = json.loads(out)["summary"]["one_way"]
    verify_s, verify_wall_s, _ = cpu_of(rollscope, "verify", path)
    info_s, _, _ = cpu_of(rollscope, "info", path)
    recover_s, _, _ = cpu_of(rollscope, "recover", left_open(path))
    size, packed = os.path.getsize(path), gzipped(path)
    return {
        "size": f"{size / frames:.0f} bytes a frame",
        "raw cells": f"{2 * cells * frames / size:.2f} x that",
        "raw cells by gzip -6": f"{packed / size:.2f} x that",
        "`live` without a page, a recorded minute": f"{60 * live_s / seconds:.2f} s",
        "h5py reads it": f"{alone_s:.2f} s",
        "`analyze`": f"{analyze_s:.2f} s, {analyze_s / alone_s:.1f} x h5py",
        "`analyze`, by the clock": f"{analyze_wall_s:.2f} s, {analyze_wall_s / alone_s:.1f} x h5py",
        "the script with SciPy": f"{script_s:.2f} s, {script_s / analyze_s:.1f} x `analyze`",
        "strokes found, `analyze` and script": f"{found}, {strokes}",
        "`verify`": f"{verify_s:.2f} s, {seconds / verify_s:.0f} x real time",
        "`verify`, by the clock": f"{verify_wall_s:.2f} s, {seconds / verify_wall_s:.0f} x real time",
        "`recover`": f"{recover_s:.2f} s, {seconds / recover_s:.0f} x real time",
        "`info`": f"{info_s:.2f} s",
    }


def ten_hours(rollscope, bench, folder):
    path = os.path.join(folder, "long.h5")
    subprocess.run([bench, folder, path], check=True, stdout=subprocess.DEVNULL)
    print(f"\n| ten hours, 32 x 32 cells, 10 Hz, {os.path.getsize(path) / 2 ** 20:.0f} MiB | memory "
          "| aim |\n| --- | --- | --- |")
    for verb in ("info", "analyze", "verify"):
        print(f"| `{verb}` | {memory_of([rollscope, verb, path]):.0f} MiB | 100 MB |")


def fast_mat(rollscope, player, folder):
    """A mat whose packets were made before, so that playing them costs little, on a pseudo-terminal in
    real time, and live with its page, recording."""
    (side, rate_hz), seconds = FAST
    bus, out = os.path.join(folder, "fast"), os.path.join(folder, "fast.h5")
    os.mkdir(bus, 0o700)
    mat = subprocess.Popen([player, "mat", bus, str(side), str(rate_hz), str(seconds), "0"],
                           stdout=subprocess.PIPE, text=True)
    path = mat.stdout.readline().strip()
    live = subprocess.Popen([rollscope, "live", "--quiet", "--bus", bus, "--http", "127.0.0.1:0",
                             "--source", f"pty:{path}?protocol=rollscope", "--output", out],
                            stdout=subprocess.DEVNULL)
    time.sleep(3)
    numbers, begun = list(descendants(live.pid)), time.monotonic()
    before = [processor_s(number) for number in numbers]
    time.sleep(seconds - 6)
    lasted = time.monotonic() - begun
    shares = {verb_of(number): 100 * (processor_s(number) - used) / lasted
              for number, used in zip(numbers, before)}
    played = json.loads(mat.communicate()[0])
    live.terminate()
    live.wait(60)
    with h5py.File(out) as file:
        steps = np.diff(file["sequence"][:].astype("i8"))
        health = {name: float(value[()]) for name, value in file["health"].items()}
        frames = len(file["pressure"])
    print(f"\n| {side} x {side} cells, {rate_hz} Hz in real time, everything on | result |\n| --- | --- |")
    print(f"| frames written by the mat in {seconds} s | {played['written']}, of them "
          f"{played['refused']} found no room in the terminal |")
    print(f"| frames in the file | {frames} |")
    print(f"| missing between them | {int((steps - 1).sum())} |")
    print(f"| of them lost before `acquire` had them | {health['lost']:.0f} |")
    print(f"| the mat's own timer late, p99 | {played['timer']['p99_ms']:.2f} ms |")
    print("| processor | " + ", ".join(f"{verb} {share:.0f} %" for verb, share in shares.items())
          + f" of a core, {sum(shares.values()):.0f} % in all |")


def main():
    rollscope, bench, player = sys.argv[1:4]
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.1f}; processor times\n")
    with tempfile.TemporaryDirectory(prefix="rollscope-bench-") as folder:
        columns = {f"{mat}, {seconds} s": column_of(rollscope, folder, mat, seconds)
                   for mat, seconds in MATS}
        print("| session | " + " | ".join(columns) + " |\n| --- |" + " --- |" * len(columns))
        for row in next(iter(columns.values())):
            print(f"| {row} | " + " | ".join(column[row] for column in columns.values()) + " |")
        ten_hours(rollscope, bench, folder)
        fast_mat(rollscope, player, folder)


if __name__ == "__main__":
    main()
