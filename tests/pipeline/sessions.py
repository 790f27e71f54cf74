"""Sessions for the pipeline's tests, written with h5py as a researcher would: a ball that goes to and
fro and rests in between; and what a session file holds, to be compared."""

import re

import h5py
import numpy as np

ROWS, COLS, PITCH_MM, RATE_HZ = 16, 24, 10.0, 50.0
START_S = 1_700_000_000.0
GAP_BEFORE = 1


def positions(times_s):
    """x of the ball, mm: every 10 s four passes of 1.5 s over 120 mm, then 4 s of rest."""
    phase = times_s % 10.0
    passes = np.clip(phase, 0, 6.0) / 1.5
    whole, part = np.divmod(passes, 1.0)
    part = (1 - np.cos(np.pi * part)) / 2
    return 60 + 120 * np.where(whole % 2 == 0, part, 1 - part)


def write_session(path, seconds, seed=1):
    """A session of so many seconds. Returns its number of frames."""
    rng = np.random.default_rng(seed)
    times_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    y = (np.arange(ROWS) + 0.5) * PITCH_MM
    x = (np.arange(COLS) + 0.5) * PITCH_MM
    force = np.clip((times_s - 1.0) / 0.3, 0, 1)
    at = positions(np.maximum(times_s - 1.5, 0))
    blob = np.exp(-((x[None, None, :] - at[:, None, None]) ** 2
                    + (y[None, :, None] - 80.0) ** 2) / (2 * 14.0 ** 2))
    counts = 1500 * force[:, None, None] * blob + rng.normal(12, 2, (len(times_s), ROWS, COLS))
    with h5py.File(path, "w") as file:
        time = file.create_dataset("time", data=START_S + times_s)
        time.attrs["units"] = "seconds since 1970-01-01T00:00:00Z"
        for name, values in (("y", y), ("x", x)):
            axis = file.create_dataset(name, data=values.astype("f4"))
            axis.attrs["units"] = "mm"
        pressure = file.create_dataset(
            "pressure", data=np.clip(np.round(counts), 0, 4095).astype("u2"))
        pressure.attrs["units"] = "kPa"
        pressure.attrs["scale_factor"] = 0.1
    return len(times_s)


def is_closed(path):
    with h5py.File(path, "r") as file:
        return int(file.attrs["closed"]) == 1


def frames_of(path, live=False):
    """What the frames of a session file are: name, bytes. Live: it is open for writing."""
    with h5py.File(path, "r", libver="latest" if live else None, swmr=live) as file:
        return {name: file[name][()].tobytes()
                for name in ("time", "pressure", "sequence", "flags") if name in file}


def maps_of(path, place=""):
    """The variables of a group of maps by their names."""
    with h5py.File(path) as file:
        return {name: variable[()] for name, variable in file[place + "maps"].items()}


def lost_of(path):
    """First and last number of the frames that a marker says are lost, and how many say so."""
    with h5py.File(path, "r") as file:
        kinds, texts = ([b"".join(row).decode() for row in file[f"markers/{name}"][()]]
                        for name in ("kind", "text"))
    texts = [text for kind, text in zip(kinds, texts) if kind == "gap"]
    numbers = re.match(r"frames (\d+) to (\d+) were lost", texts[0])
    return int(numbers[1]), int(numbers[2]), len(texts)


def strokes_of(path):
    """The recorded strokes: a dictionary of columns each."""
    with h5py.File(path, "r") as file:
        columns = {name: column[()] for name, column in file["strokes"].items()}
    return [dict(zip(columns, row)) for row in zip(*columns.values())]


def events_of(path, place="/"):
    """Every recorded event of a session file, or of an analysis in it: group/column, bytes."""
    found = {}
    with h5py.File(path, "r") as opened:
        file = opened[place]
        for group in ("strokes", "holds", "contacts", "bouts", "spots", "markers"):
            for column in sorted(file[group]):
                found[f"{group}/{column}"] = file[group][column][()].tobytes()
        for name, value in sorted(file["summary"].attrs.items()):
            found[f"summary/{name}"] = np.asarray(value).tobytes()
    return found
