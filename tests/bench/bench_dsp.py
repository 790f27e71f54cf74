#!/usr/bin/python3
"""Runs bench_dsp, times SciPy at the same jobs, prints one table of medians and ratios.

Usage: bench_dsp.py PROGRAM [FRAMES]. Redirect the output into docs/performance.md's table.
"""
import os
import platform
import subprocess
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402
import scipy  # noqa: E402
from scipy import signal  # noqa: E402

RUNS = 5


def median_s(job):
    """CPU time of the process: what other programs take is left out."""
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        job()
        times.append(time.process_time() - start)
    return sorted(times)[RUNS // 2]


def convolve_mega(cells, count):
    """The quicker of SciPy's two layouts."""
    taps = signal.firwin(count, 0.04).astype(np.float32)[None, :]
    columns = np.ascontiguousarray(cells.T)
    along = median_s(lambda: signal.oaconvolve(cells, taps, "valid", axes=-1))
    upright = median_s(lambda: signal.oaconvolve(columns, taps.T, "valid", axes=0))
    return (cells.shape[1] + 1 - count) * cells.shape[0] / min(along, upright) / 1e6


def split_mega(cells):
    """Three bands as the split makes them at 100 Hz: kernels of 0.64 s and of 7.8 s, the rest by subtraction."""
    quick, slow = (signal.firwin(count, hz / 50).astype(np.float32)[None, :] for count, hz in ((65, 4), (781, 0.1)))

    def divide():
        smooth = signal.oaconvolve(cells, quick, "same", axes=-1)
        still = signal.oaconvolve(cells, slow, "same", axes=-1)
        return still, smooth - still, cells - smooth

    return cells.size / median_s(divide) / 1e6


def sosfilt_block_mega(cells):
    """A 4th-order filter over a recording that is complete: SciPy takes all of it in one call."""
    sos = signal.butter(4, 0.1, output="sos").astype(np.float32)
    frames = np.random.default_rng(2).random((cells, 4_000_000 // cells), dtype=np.float32)
    return frames.size / median_s(lambda: signal.sosfilt(sos, frames, axis=-1)) / 1e6


def sosfilt_frames_mega(cells):
    """The same filter live: one call a frame, its state carried to the next."""
    sos = signal.butter(4, 0.1, output="sos").astype(np.float32)
    frames = np.random.default_rng(2).random((1000, cells), dtype=np.float32)

    def follow():
        state = np.zeros((len(sos), 2, cells), dtype=np.float32)
        for frame in frames:
            _, state = signal.sosfilt(sos, frame[None, :], axis=0, zi=state)

    return frames.size / median_s(follow) / 1e6


def scipy_mega():
    """Million cell-samples a second."""
    cells = np.random.default_rng(1).random((1024, 6144), dtype=np.float32)
    return {
        "oaconvolve": {count: convolve_mega(cells, count) for count in (65, 129)},
        "split": split_mega(cells),
        "sosfilt": {side: (sosfilt_frames_mega(side * side), sosfilt_block_mega(side * side)) for side in (32, 64)},
    }


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        model = next((line.split(":", 1)[1].strip() for line in info if line.startswith("model name")), "?")
    load = os.getloadavg()[0]
    return f"{model}, {os.cpu_count()} cores, load {load:.1f}, Linux {platform.release().split('-')[0]}"


def row(*cells):
    print("| " + " | ".join(cells) + " |")


def compare(ours, theirs):
    row("job", "result", "against", "ratio", "aim")
    row(*["---"] * 5)

    def line(job, value, other_name, other, aim, percent=False):
        ratio = f"{100 * value / other:.0f} %" if percent else f"{value / other:.1f} x"
        row(job, f"{value:.0f} M/s", f"{other_name} {other:.0f} M/s", ratio, aim)

    for count, convolved in theirs["oaconvolve"].items():
        job, bank = f"overlap-save, {count} taps, KissFFT", ours[f"bank_{count}_kissfft_mega"]
        line(job, bank, "SciPy `oaconvolve`", convolved, ">= 2 x")
        if ours[f"bank_{count}_fftw_mega"] > 0:
            line(job, bank, "FFTW3f", ours[f"bank_{count}_fftw_mega"], "report")
    line("split into three bands, with energies", ours["split_mega"], "two `oaconvolve`, subtracted", theirs["split"], ">= 2 x")
    for side, (live, block) in theirs["sosfilt"].items():
        path, name = ours[f"frame_path_{side}_mega"], f"the path of a frame, {side} x {side}"
        line(f"conditioner alone, {side} x {side}", ours[f"conditioner_{side}_mega"], "copy from memory", ours["copy_mega"], "report", True)
        line(name, path, "SciPy `sosfilt`, called once a frame", live, ">= 20 x")
        line(name, path, "SciPy `sosfilt`, one call for a whole recording", block, "report")
        line(name, path, "copy from memory", ours["copy_mega"], ">= 15 %", True)


def main():
    output = subprocess.run(sys.argv[1:], check=True, capture_output=True, text=True).stdout
    ours = {name: float(value) for name, value in map(str.split, output.splitlines())}
    print(f"{machine()}; NumPy {np.__version__}, SciPy {scipy.__version__}; CPU time, one thread, medians;")
    print("M/s are million cell-samples a second.\n")
    compare(ours, scipy_mega())
    print()
    row("full signal processing, 64 x 64 cells, 200 Hz", "result", "aim")
    row("---", "---", "---")
    row("share of one core", f"{ours['full_share_percent']:.2f} %", "<= 4 %")
    median = ours["frame_median_us"]
    row("median frame", f"{median:.0f} us", "report")
    row("99.9 % of frames", f"{ours['frame_p999_us'] / median:.1f} x median", "report")
    row("worst frame (least of three passes over the same frames)", f"{ours['frame_worst_us'] / median:.1f} x median", "<= 5 x")
    once = ours["frame_once_worst_us"] / ours["frame_once_median_us"]
    row("worst frame of one pass, with what other programs did to it", f"{once:.1f} x median", "report")
    print()
    row("growth", "ns per cell and frame")
    row("---", "---")
    for name, value in ours.items():
        if name.startswith("side_"):
            side = name.split("_")[1]
            row(f"{side} x {side} cells, 100 Hz", f"{value:.1f}")
        if name.startswith("rate_"):
            row(f"32 x 32 cells, {name.split('_')[1]} Hz", f"{value:.1f}")


if __name__ == "__main__":
    main()
