"""Opens a file of the pattern in support_record.h with xarray, netCDF4, h5py, ncdump and h5dump and
compares every value, unit and dimension with the formulas. argv[1]: the file."""
import subprocess
import sys

import h5py
import netCDF4
import numpy as np
import xarray as xr

PATH = sys.argv[1]
ROWS, COLS, FRAMES, EVENTS = 12, 10, 57, 3
START_US, STEP_US = 1798761599123457, 10001
SCALE, OFFSET = 200.0 / 4095, 0.25
ORIGIN = "seconds since 2026-12-31T23:59:59.123457Z"

i = np.arange(FRAMES)
counts = ((7 * i[:, None] + 13 * np.arange(ROWS * COLS)) % 4096).reshape(FRAMES, ROWS, COLS)
kpa = counts * SCALE + OFFSET
time_us = START_US + i * STEP_US
truth = {
    "strokes": {"start": [0.05, 0.26], "end": [0.25, 0.45], "travel": [120.5, 119.25], "tool": [0, 1]},
    "holds": {"start": [0.46], "end": [0.55], "x": [40], "y": [50], "tool": [2]},
    "spots": {"x": [30, 10, 1], "y": [40, 20, 2], "radius": [8, 6, 3], "rise": [0.5, 0.25, 4],
              "strokes": [2, 0, 5]},
}
units = {
    "contacts": {"time": ORIGIN, "x": "mm", "force": "N", "area": "mm2", "peak_pressure": "kPa"},
    "strokes": {"start": ORIGIN, "end": ORIGIN, "travel": "mm", "mean_speed": "mm s-1",
                "impulse": "N s"},
    "holds": {"start": ORIGIN, "x": "mm", "mean_force": "N", "breathing_rate": "Hz"},
    "bouts": {"start": ORIGIN, "cadence": "min-1"},
    "spots": {"x": "mm", "radius": "mm", "peak_pressure": "kPa", "dwell": "s", "first": ORIGIN},
    "markers": {"time": ORIGIN, "value": "1"},
}
masks = {1: "gap_before", 2: "saturated", 4: "resynchronised", 8: "interpolated"}


def test_xarray():
    data = xr.open_dataset(PATH)
    assert data.pressure.dims == ("time", "y", "x"), data.pressure.dims
    np.testing.assert_allclose(data.pressure.values, kpa, rtol=0, atol=1e-9)
    stamps = data.time.values.astype("datetime64[ns]").astype("int64")
    assert np.abs(stamps - time_us * 1000).max() < 500
    np.testing.assert_allclose(data.x, (np.arange(COLS) + 0.5) * 8.1, rtol=1e-6)
    np.testing.assert_allclose(data.y, (np.arange(ROWS) + 0.5) * 7.9, rtol=1e-6)
    assert data.pressure.units == "kPa" and data.x.units == "mm" and data.y.units == "mm"
    np.testing.assert_array_equal(data.sequence, 100 + 2 * i)
    np.testing.assert_array_equal(data.flags, i % 16)
    assert int(data.committed) == FRAMES
    assert data.attrs["format"] == "rollscope-session" and data.attrs["closed"] == 1
    assert data.attrs["subject"] == "S\u00f8ren" and data.attrs["Conventions"] == "CF-1.10"
    markers = xr.open_dataset(PATH, group="markers")
    assert list(markers.kind.values) == ["pain0", "pain1", "pain2"], markers.kind.values
    assert list(markers.text.values) == ["h\u00e4lt %d" % n for n in range(EVENTS)]
    strokes = xr.open_dataset(PATH, group="truth/strokes")
    seconds = (strokes.start.values - np.datetime64(int(time_us[0]) * 1000, "ns"))
    np.testing.assert_allclose(seconds / np.timedelta64(1, "s"), [0.05, 0.26], atol=1e-6)


def test_netcdf4():
    data = netCDF4.Dataset(PATH)
    assert list(data.dimensions) == ["time", "y", "x"], list(data.dimensions)
    assert list(data.variables) == ["time", "y", "x", "pressure", "sequence", "flags", "checksum",
                                    "committed", "synced"], "not in the order of creation"
    assert data.dimensions["time"].isunlimited() and len(data.dimensions["time"]) == FRAMES
    assert data["time"].dimensions == ("time",) and data["pressure"].dimensions == ("time", "y", "x")
    assert data["time"].units == "seconds since 1970-01-01T00:00:00Z"
    np.testing.assert_allclose(data["pressure"][:], kpa, rtol=0, atol=1e-9)
    for group, columns in units.items():
        assert data[group].dimensions["event"].isunlimited()
        for name, unit in columns.items():
            variable = data[group][name]
            assert variable.dimensions == ("event",) and variable.shape == (EVENTS,), (group, name)
            assert variable.units == unit, (group, name, variable.units)
    for name in data.groups:
        for variable in data[name].variables.values():
            assert variable.dtype.kind == "S" or variable.units, (name, variable.name)
    for part, columns in truth.items():
        for name, values in columns.items():
            np.testing.assert_array_equal(data["truth"][part][name][:], values, err_msg=name)


def test_maps():
    maps = xr.open_dataset(PATH, group="maps")
    assert float(maps.duration) == 0.57 and maps.duration.attrs == {"units": "s", "long_name": "time that the maps cover"}
    for band, name in enumerate(("static", "moving", "fast")):
        assert maps[name].dims == ("y", "x") and maps[name].units == "kPa", maps[name]
        np.testing.assert_array_equal(maps[name], 1000 * band + np.arange(ROWS * COLS).reshape(ROWS, COLS))
    assert netCDF4.Dataset(PATH)["maps"]["moving"].dimensions == ("y", "x")


def test_h5py():
    with h5py.File(PATH, "r") as file:
        np.testing.assert_array_equal(file["pressure"][:], counts)
        assert file["pressure"].dtype == np.uint16 and file["pressure"].fillvalue == 65535
        assert file["pressure"].compression == "gzip" and file["pressure"].shuffle
        np.testing.assert_array_equal(np.rint(file["time"][:] * 1e6).astype("int64"), time_us)
        assert [scale.name for dim in file["pressure"].dims for scale in dim.values()] == \
            ["/time", "/y", "/x"]
        attributes = file["flags"].attrs
        assert dict(zip(attributes["flag_masks"], attributes["flag_meanings"].decode().split())) \
            == masks
        assert file["parameters"].attrs["slow_mm_s"] == 60
        assert file["parameters"].attrs["software"].decode() == "rollscope test"
        assert file["summary"].attrs["duration"] == 0.5
        assert file["truth"].attrs["seed"] == 18446744073709551557


def text_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_ncdump_and_h5dump():
    header = text_of("ncdump", "-h", PATH)
    for line in ["time = UNLIMITED ; // (57 currently)", "ushort pressure(time, y, x) ;",
                 'pressure:units = "kPa" ;', "group: strokes {", 'travel:units = "mm" ;',
                 'x:units = "mm" ;', "event = UNLIMITED ; // (3 currently)"]:
        assert line in header, line
    values = text_of("h5dump", "-d", "/pressure", "-s", "3,0,0", "-c", "1,1,10", PATH)
    row = [int(word) for word in values.split("(3,0,0):")[1].split("}")[0].replace(",", " ").split()]
    assert row == list(counts[3, 0]), row
    assert '"kPa"' in values


def test_appending_with_netcdf4_keeps_the_rest():
    import os
    import shutil
    copy = PATH + ".copy.nc"
    shutil.copy(PATH, copy)
    with netCDF4.Dataset(copy, "a") as data:
        data["strokes"].createVariable("pain", "f4", ("event",))[:] = [1, 2, 3]
        data.setncattr("notes", "added")
    with netCDF4.Dataset(copy) as data:
        assert list(data["strokes"]["pain"][:]) == [1, 2, 3] and data.notes == "added"
        np.testing.assert_allclose(data["pressure"][:], kpa, rtol=0, atol=1e-9)
    os.remove(copy)


for name, test in list(globals().items()):
    if name.startswith("test_"):
        test()
