#!/usr/bin/python3
"""Writes the reference vectors of the signal processing, from NumPy and SciPy alone.

Usage: make_vectors.py FILE. Format: a line "name count", then the values, eight to a line.
"""
import sys

import numpy as np
from scipy import signal

RATE_HZ = 100.0


def hann_sinc(count, cutoff):
    """Windowed sinc: Hann over count + 2 points without its zero ends, sum 1."""
    at = np.arange(count) - (count - 1) / 2
    taps = np.sinc(2 * cutoff * at) * signal.windows.hann(count + 2)[1:-1]
    return taps / taps.sum()


def split(values):
    """The three bands of a channel at 100 Hz, by plain convolution over the whole signal."""
    taps, bin_size, half = 65, 13, 28
    first = values[0]
    padded = np.concatenate([np.full(taps // 2, first), values])
    smooth = np.convolve(padded, hann_sinc(taps, 4 / RATE_HZ), "valid")
    means = values[: len(values) // bin_size * bin_size].reshape(-1, bin_size).mean(1)
    kernel = hann_sinc(2 * half + 1, 0.1 * bin_size / RATE_HZ)
    still_bins = np.convolve(np.concatenate([np.full(half, first), means]), kernel, "valid")
    centres = np.arange(len(still_bins)) * bin_size + (bin_size - 1) / 2
    known = np.arange(len(values))
    still = np.interp(known, centres, still_bins)
    count = min(len(smooth), int(centres[-1]))
    return still[:count], smooth[:count] - still[:count], values[:count] - smooth[:count]


def above_baseline(counts):
    """An unloaded cell at 25 Hz above its baseline: the mean of all before, then one section of 20 s."""
    weight = 0.04 / 20.04
    young = int(1 / weight)
    means = np.cumsum(counts[:young]) / np.arange(1, young + 1)
    section = np.array([[weight, 0, 0, 1, weight - 1, 0]])
    state = np.array([[(1 - weight) * means[-1], 0]])
    base = np.concatenate([means, signal.sosfilt(section, counts[young:], zi=state)[0]])
    return counts - np.concatenate([counts[:1], base[:-1]])


def vectors():
    random = np.random.default_rng(20)
    noise = random.standard_normal(1024)
    square = np.where(np.arange(1024) // 37 % 2, 1.0, -1.0)
    time = np.arange(1600) / RATE_HZ
    load = np.where((time > 3) & (time < 11), 1.0, 0.0) + 0.05 * random.standard_normal(1600)
    load += 0.3 * np.sin(2 * np.pi * 0.8 * time) + 0.1 * np.sin(2 * np.pi * 9 * time)
    load = load.astype(np.float32).astype(float)
    still, moving, fast = split(load)
    counts = 20000 + np.cumsum(random.uniform(-5, 5, 1500)) + random.uniform(-300, 300, 1500)
    counts = np.round(counts)
    return {
        "noise": noise,
        "square": square,
        "fir_65": hann_sinc(65, 0.04),
        "fir_65_noise": signal.oaconvolve(noise, hann_sinc(65, 0.04), "valid"),
        "fir_65_square": signal.oaconvolve(square, hann_sinc(65, 0.04), "valid"),
        "cell": counts,
        "cell_above_baseline": above_baseline(counts),
        "periodogram": signal.periodogram(noise[:300], 50, "hann", nfft=512)[1],
        "welch": signal.welch(noise, 50, "hann", nperseg=256)[1],
        "load": load,
        "load_still": still[:1100],
        "load_moving": moving[:1100],
        "load_fast": fast[:1100],
    }


def main():
    with open(sys.argv[1], "w", encoding="ascii") as out:
        for name, values in vectors().items():
            out.write(f"{name} {len(values)}\n")
            for i in range(0, len(values), 8):
                out.write(" ".join(f"{v:.8g}" for v in values[i : i + 8]) + "\n")


if __name__ == "__main__":
    main()
