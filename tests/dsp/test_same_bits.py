"""Every way of compiling the signal processing gives the same bits: vector code chosen at run time,
no vector code, and whatever this machine's compiler likes best.

Compiles dsp/ into shared libraries and pushes the same frames through each.
"""
import ctypes
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).parents[2]
WAYS = {
    "chosen at run time": ["-O3"],
    "plain": ["-O1", "-DLANES="],
    "this machine": ["-O3", "-march=native", "-DLANES="],
}
DRIVER = r"""
#include "dsp/dsp.h"

#include <stdlib.h>
#include <string.h>

/* Runs frames of counts through conditioner and split; copies what comes out. */
long drive(const uint16_t *counts, long frames, float *out)
{
    struct geometry mat = {.rows = 19, .cols = 37, .pitch_x_mm = 8, .pitch_y_mm = 8, .rate_hz = 50,
                           .scale_kpa = 0.05, .full_scale = 4095};
    struct parameters parameters;
    parameters_default(&parameters);
    size_t cells = geometry_cells(&mat);
    struct conditioner *conditioner = conditioner_create(&mat, &parameters);
    struct split *split = split_create(cells, 50, 0.5);
    float *start = out;
    for (long n = 0; n < frames; n++) {
        struct frame frame = {.time_us = n * 20000 + n % 7 * 900, .rows = 19, .cols = 37,
                              .cells = counts + n * cells};
        struct pressure pressure;
        struct parts parts;
        conditioner_push(conditioner, &frame, &pressure);
        memcpy(out, pressure.kpa, cells * sizeof *out);
        memcpy(out + cells, pressure.noise_kpa, cells * sizeof *out);
        out += 2 * cells;
        split_push(split, pressure.time_s, pressure.kpa);
        while (split_next(split, &parts)) {
            memcpy(out, parts.bands[SPLIT_MOVING], cells * sizeof *out);
            out += cells;
        }
    }
    conditioner_destroy(conditioner);
    split_destroy(split);
    return out - start;
}
"""
CELLS, FRAMES = 19 * 37, 400


def flags(option):
    return subprocess.run(["pkg-config", option, "kissfft-float"], capture_output=True, text=True, check=True).stdout.split()


def compile_way(folder, name, options):
    library = pathlib.Path(folder, name.replace(" ", "_") + ".so")
    driver = pathlib.Path(folder, "driver.c")
    driver.write_text(DRIVER)
    sources = [*SOURCE.glob("dsp/*.c"), *SOURCE.glob("mat/*.c"), driver]
    command = ["cc", "-std=c17", "-D_GNU_SOURCE", "-fno-math-errno", "-ffp-contract=off", "-fno-trapping-math", "-shared", "-fPIC"]
    command += [*options, f"-I{SOURCE}", *flags("--cflags"), *map(str, sources), "-o", str(library), *flags("--libs"), "-lm"]
    subprocess.run(command, check=True)
    return ctypes.CDLL(str(library))


def make_counts():
    dice = random.Random(4)
    counts = (ctypes.c_uint16 * (CELLS * FRAMES))()
    for frame in range(FRAMES):
        for cell in range(CELLS):
            near = abs(cell // 37 - (3 + frame % 200 / 20)) < 2 and 80 < frame
            counts[frame * CELLS + cell] = 100 + dice.getrandbits(5) + (900 if near else 0)
        counts[frame * CELLS + 77] = 3000
        counts[frame * CELLS + 400] = 0
    return counts


class SameBits(unittest.TestCase):
    def test_every_way_of_compiling_gives_the_same_bits(self):
        counts, results = make_counts(), {}
        with tempfile.TemporaryDirectory() as folder:
            for name, options in WAYS.items():
                out = (ctypes.c_float * (CELLS * FRAMES * 5))()
                library = compile_way(folder, name, options)
                library.drive.restype = ctypes.c_long
                written = library.drive(counts, ctypes.c_long(FRAMES), out)
                self.assertGreater(written, 2 * CELLS * FRAMES)
                results[name] = bytes(out)
        self.assertGreater(len(set(results["plain"])), 100)
        for name, result in results.items():
            self.assertTrue(result == results["plain"], name)


if __name__ == "__main__":
    if not shutil.which("cc") or not shutil.which("pkg-config"):
        print("skipped: no compiler or pkg-config here")
        sys.exit(77)
    unittest.main()
