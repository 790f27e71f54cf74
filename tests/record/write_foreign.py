"""Writes session files as people with other mats would, and files that are none.
argv[1]: directory. Good files hold 8 frames of 4 x 5 cells, cell k of frame i at (20 i + k) / 2 kPa,
frames 20 ms apart from 2026-03-04T05:06:07.25Z, cells 10 mm apart."""
import datetime
import os
import sys
import warnings

import h5py
import netCDF4
import numpy as np
import xarray as xr

warnings.simplefilter("ignore")
DIRECTORY = sys.argv[1]
FRAMES, ROWS, COLS = 8, 4, 5
START = datetime.datetime(2026, 3, 4, 5, 6, 7, 250000)
EPOCH = (START - datetime.datetime(1970, 1, 1)).total_seconds()
step = np.arange(FRAMES) * 0.02
whole = (20 * np.arange(FRAMES)[:, None] + np.arange(20)).reshape(FRAMES, ROWS, COLS)
kpa = whole / 2
y, x = np.arange(ROWS) * 10.0, np.arange(COLS) * 10.0


def write(name, pressure=kpa, units="kPa", time=EPOCH + step, time_units="seconds since 1970-01-01",
          rows=y, cols=x, length=None, skip=(), pressure_attributes=(), **keywords):
    with h5py.File(os.path.join(DIRECTORY, name + ".h5"), "w") as file:
        if "time" not in skip:
            file["time"] = time
            if time_units:
                file["time"].attrs["units"] = time_units
        if "y" not in skip:
            file["y"] = rows
        if "x" not in skip:
            file["x"] = cols
        for axis in set("yx") - set(skip):
            if length:
                file[axis].attrs["units"] = length
        if "pressure" not in skip:
            file.create_dataset("pressure", data=pressure, **keywords)
            if units:
                file["pressure"].attrs["units"] = units
            for key, value in dict(pressure_attributes).items():
                file["pressure"].attrs[key] = value


def accepted():
    write("f8_kpa")
    write("f4_kpa", kpa.astype("f4"))
    write("f4_big_endian", kpa.astype(">f4"), time=(EPOCH + step).astype(">f8"))
    write("u2_scaled", whole.astype("u2"), pressure_attributes={"scale_factor": 0.5})
    write("u2_offset", (whole + 7).astype("u2"),
          pressure_attributes={"scale_factor": 0.5, "add_offset": -3.5})
    write("u1_scaled", whole.astype("u1"), pressure_attributes={"scale_factor": np.float32(0.5)})
    write("i2_scaled", whole.astype("i2"), pressure_attributes={"scale_factor": 0.5})
    write("i2_big_endian", whole.astype(">i2"), pressure_attributes={"scale_factor": 0.5})
    write("i4_wide", (whole * 1000).astype("i4"), pressure_attributes={"scale_factor": 0.0005})
    write("u2_fill_unused", whole.astype("u2"),
          pressure_attributes={"scale_factor": 0.5, "_FillValue": np.uint16(65535)})
    number = np.arange(3000)
    write("jittering", np.broadcast_to(number[:, None, None] % 7, (3000, ROWS, COLS)),
          time=5000 * number + number * 6151 % 12011, time_units="microseconds since 1970-01-01")
    write("i8_counts", whole.astype("i8"), pressure_attributes={"scale_factor": 0.5})
    write("pa", kpa * 1000, "Pa")
    write("hpa", kpa * 10, "hPa")
    write("mmhg", kpa / 0.133322387415, "mmHg")
    write("n_cm2", kpa / 10, "N/cm2")
    write("psi", kpa / 6.894757293168361, "psi")
    write("bar", kpa / 100, "bar")
    write("negative", np.where(kpa > 0, kpa, -3))
    write("cm", rows=y / 10, cols=x / 10, length="cm")
    write("m", rows=y / 1000, cols=x / 1000, length="m")
    write("gzip", kpa.astype("f4"), chunks=(3, 4, 5), compression="gzip", shuffle=True)
    write("szip", kpa.astype("f4"), chunks=(2, 2, 5), compression="szip")
    write("tiles", kpa, chunks=(8, 1, 2), fletcher32=True)
    since = "2026-03-04T05:06:07.25Z"
    write("since_iso", time=step, time_units="seconds since " + since)
    write("since_space", time=step, time_units="seconds since 2026-03-04 05:06:07.25")
    write("since_zone", time=step, time_units="s since 2026-3-4 7:6:7.25 +02:00")
    write("since_utc", time=step, time_units="sec since 2026-03-04 05:06:07.250 UTC")
    write("ms", time=step * 1e3, time_units="milliseconds since " + since)
    write("us", time=np.rint(step * 1e6).astype("i8"), time_units="microseconds since " + since)
    write("ns", time=np.rint(step * 1e9).astype("i8"), time_units="nanoseconds since " + since)
    write("minutes", time=step / 60, time_units="minutes since " + since)
    write("hours", time=step / 3600, time_units="hours since " + since)
    write("days", time=step / 86400, time_units="days since " + since)
    write("seconds_alone", time=step, time_units="seconds")
    write("no_units_at_all", whole.astype("u2"), None, time=step, time_units=None)
    write("counts", whole.astype("u2"), "counts", time=step, time_units=None)
    write("one", whole.astype("f8"), "1", time=step, time_units=None)
    stamps = np.datetime64(START, "ns") + np.rint(step * 1e9).astype("timedelta64[ns]")
    data = xr.Dataset({"pressure": (("time", "y", "x"), kpa, {"units": "kPa"})},
                      {"time": stamps, "y": y, "x": x})
    data.to_netcdf(os.path.join(DIRECTORY, "xarray.h5"))
    data.to_netcdf(os.path.join(DIRECTORY, "xarray_packed.h5"), unlimited_dims=["time"], encoding={
        "pressure": {"dtype": "u2", "scale_factor": 0.5, "zlib": True, "_FillValue": None}})
    with netCDF4.Dataset(os.path.join(DIRECTORY, "netcdf4.h5"), "w") as file:
        for name, values in (("time", None), ("y", y), ("x", x)):
            file.createDimension(name, None if values is None else len(values))
            file.createVariable(name, "f8", (name,))
        file["time"].units = "milliseconds since 2026-03-04 05:06:07.25"
        file["time"][:], file["y"][:], file["x"][:] = step * 1e3, y, x
        file.createVariable("pressure", "f4", ("time", "y", "x"), zlib=True)[:] = kpa
        file["pressure"].units = "kPa"


def with_truth():
    write("truth")
    with h5py.File(os.path.join(DIRECTORY, "truth.h5"), "a") as file:
        file["truth/strokes/start"] = [0.5, 1.5, 2.5]
        file["truth/strokes/end"] = [1.0, 2.0, 3.0]
        file["truth/strokes"].create_dataset("tool", data=["roller", "ball", "roller"],
                                             dtype=h5py.string_dtype())
        file["truth/holds/start"] = np.array([EPOCH + 4])
        file["truth/holds/start"].attrs["units"] = "seconds since 1970-01-01T00:00:00Z"
        file["truth/holds/x"] = np.array([3], "i4")
        file["truth/holds/x"].attrs["units"] = "cm"
        file["truth/holds/tool"] = np.array(["stick"], "S8")
        file["truth/spots/x"] = [7.0]
        file["truth/spots/strokes"] = np.array([4], "i8")


def refused():
    write("no_time", skip=("time",))
    write("no_pressure", skip=("pressure",))
    write("no_y", skip=("y",))
    write("time_2d", time=np.zeros((8, 1)))
    write("pressure_2d", kpa.reshape(8, 20))
    write("time_short", time=EPOCH + step[:7])
    write("x_short", cols=x[:4])
    write("time_back", time=EPOCH + np.array([0, 1, 2, 3, 2.9, 5, 6, 7]))
    write("time_nan", time=np.where(np.arange(8) == 5, np.nan, EPOCH + step))
    write("time_text", time=np.array([b"a"] * 8))
    write("time_units", time_units="fortnights since 1970-01-01")
    write("time_date", time_units="seconds since yesterday")
    write("pressure_units", units="furlongs")
    write("pressure_text", np.full((8, 4, 5), b"a"))
    write("x_units", length="furlong")
    write("x_uneven", cols=np.array([0, 10, 20, 30, 45.0]))
    write("x_falling", cols=x[::-1])
    write("nan", np.where(whole == 3 * 20 + 4, np.nan, kpa))
    write("filled", np.where(whole == 2 * 20 + 3, 65535, whole).astype("u2"),
          pressure_attributes={"_FillValue": np.uint16(65535), "scale_factor": 0.5})
    write("signed_fill", np.where(whole == 5 * 20 + 3, -999, whole).astype("i2"),
          pressure_attributes={"missing_value": np.int16(-999)})
    write("unwritten", np.where(whole == 4 * 20 + 3, 9.969209968386869e36, kpa))
    write("infinite", np.where(whole == 6 * 20, np.inf, kpa))
    write("wide_mat", np.zeros((2, 1, 257), "u2"), time=step[:2], rows=[0.0], cols=np.arange(257.0))
    write("one_cell", np.zeros((2, 1, 1), "u2"), time=step[:2], rows=[0.0], cols=[0.0])
    write("scale_zero", whole.astype("u2"), pressure_attributes={"scale_factor": 0.0})
    with h5py.File(os.path.join(DIRECTORY, "group.h5"), "w") as file:
        file.create_group("time")
    with h5py.File(os.path.join(DIRECTORY, "linked.h5"), "w") as file:
        for name in ("time", "y", "x", "pressure"):
            file[name] = h5py.ExternalLink("f8_kpa.h5", "/" + name)
    write("outside", skip=("pressure",))
    with h5py.File(os.path.join(DIRECTORY, "outside.h5"), "a") as file:
        file.create_dataset("pressure", (8, 4, 5), "u1", external=[("/etc/passwd", 0, 160)])
    write("virtual", skip=("pressure",))
    with h5py.File(os.path.join(DIRECTORY, "virtual.h5"), "a") as file:
        layout = h5py.VirtualLayout((8, 4, 5), "f8")
        layout[:] = h5py.VirtualSource("f8_kpa.h5", "pressure", (8, 4, 5))
        file.create_virtual_dataset("pressure", layout)
    with h5py.File(os.path.join(DIRECTORY, "bomb.h5"), "w") as file:
        file["time"], file["y"], file["x"] = EPOCH + step, np.arange(256.0), np.arange(256.0)
        file.create_dataset("pressure", (8, 256, 256), "u2", chunks=(1 << 12, 256, 256),
                            maxshape=(None, 256, 256), compression="gzip")
    with h5py.File(os.path.join(DIRECTORY, "newer.h5"), "w") as file:
        file.attrs["format"], file.attrs["format_version"] = "rollscope-session", 2
    open(os.path.join(DIRECTORY, "empty.h5"), "w").close()
    with open(os.path.join(DIRECTORY, "text.h5"), "w") as file:
        file.write("time,pressure\n" * 100)
    os.mkdir(os.path.join(DIRECTORY, "folder.h5"))


accepted()
with_truth()
refused()
