"""Writes session files as a researcher would, with netCDF4 and none of our code."""

import netCDF4
import numpy

PITCH_MM = 10.0
ROWS, COLS = 16, 24
RATE_HZ = 25.0
SCALE_KPA = 0.05


def write(path, centres_mm, peak_kpa=60.0, drop=()):
    """A strip across the rows (a roller) whose centre is at centres_mm[i] (NaN: lifted) at i / 25 s.
    Frames whose index is in drop are left out."""
    y = (numpy.arange(ROWS) + 0.5) * PITCH_MM
    x = (numpy.arange(COLS) + 0.5) * PITCH_MM
    kept = [i for i in range(len(centres_mm)) if i not in drop]
    with netCDF4.Dataset(path, "w") as file:
        for name, values in (("y", y), ("x", x)):
            file.createDimension(name, len(values))
            variable = file.createVariable(name, "f4", (name,))
            variable.units = "mm"
            variable[:] = values
        file.createDimension("time", None)
        time = file.createVariable("time", "f8", ("time",))
        time.units = "seconds since 1970-01-01T00:00:00Z"
        time[:] = 1.7e9 + numpy.array(kept) / RATE_HZ
        pressure = file.createVariable("pressure", "u2", ("time", "y", "x"), zlib=True)
        pressure.units = "kPa"
        pressure.scale_factor = SCALE_KPA
        pressure.add_offset = 0.0
        pressure.set_auto_maskandscale(False)
        noise = numpy.random.default_rng(1).integers(0, 3, (len(kept), ROWS, COLS))
        along = numpy.exp(-((x[None, :] - numpy.nan_to_num(centres_mm)[kept, None]) / 14.0) ** 2)
        along *= numpy.isfinite(numpy.asarray(centres_mm)[kept])[:, None]
        across = (numpy.abs(y - y.mean()) < 60).astype(float)
        counts = peak_kpa / SCALE_KPA * across[None, :, None] * along[:, None, :]
        pressure[:] = numpy.clip(counts + noise, 0, 65535).astype("u2")


def rolling(strokes, seconds_each=2.0, travel_mm=120.0, rest_s=1.2):
    """Empty, then as many one-way passes with turns between them, then lifted off."""
    moving = []
    for stroke in range(strokes):
        phase = numpy.linspace(0, numpy.pi, int(seconds_each * RATE_HZ), endpoint=False)
        way = travel_mm / 2 * numpy.cos(phase) * (1 if stroke % 2 else -1)
        moving.append(COLS * PITCH_MM / 2 + way)
    empty = numpy.full(int(rest_s * RATE_HZ), numpy.nan)
    return numpy.concatenate([empty, *moving, empty])
