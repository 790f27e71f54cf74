"""Judges a run of tests/qemu/run: console log, session file, number of replugs. Every replug must be
a named gap, over within 2 s of the port being there again, and the session one that is whole."""

import json
import re
import sys

import h5py
import numpy

GAP_BEFORE = 1
WITHIN_S = 2.0


def numbers(pattern, log):
    return [[float(part) for part in match] for match in re.findall(pattern, log)]


def main(console, path, replugs):
    with open(console, encoding="utf-8", errors="replace") as file:
        log = file.read()
    plugged_s = [float(up) for up in re.findall(r"qemu: plugged \d+ ([\d.]+)", log)]
    begun_s = [float(up) for up in re.findall(r"qemu: plugged \d+ [\d.]+ ([\d.]+)", log)]
    back_s = [float(up) for up in re.findall(r"qemu: said ([\d.]+) .*the mat is back", log)]
    verified = json.loads(re.search(r"qemu: verify (\{.*\})", log).group(1))
    with h5py.File(path) as file:
        time_s = file["time"][:]
        gaps = numpy.count_nonzero(file["flags"][:] & GAP_BEFORE)
        serial = file.attrs["device_serial"].decode()
    names = " ".join(re.findall(r"qemu: plugged \d+ [\d.]+ [\d.]+ (\S+)", log))
    waits_s = [back - plugged for plugged, back in zip(plugged_s, back_s)]
    kept = numbers(r"qemu: descriptors (\d+) kB (\d+)", log)
    print(f"mat {serial}: {len(time_s)} frames in {time_s[-1] - time_s[0]:.1f} s, "
          f"{gaps} gaps for {len(plugged_s)} replugs")
    print("the kernel had the port after, s:",
          " ".join(f"{port - begun:.2f}" for port, begun in zip(plugged_s, begun_s)))
    print("and frames came again after, s:", " ".join(f"{wait:.2f}" for wait in waits_s))
    print(f"descriptors {kept[0][0]:.0f} -> {kept[-1][0]:.0f}, "
          f"memory {kept[0][1]:.0f} -> {kept[-1][1]:.0f} kB")
    print(f"names: {names}")
    problems = []
    if not len(plugged_s) == len(back_s) == replugs or gaps < replugs:
        problems.append("not a gap a replug, or not always back")
    if not max(waits_s, default=0) <= WITHIN_S:
        problems.append(f"a replug took longer than {WITHIN_S} s")
    if not verified["sound"] or verified["events"] != "as the frames give them":
        problems.append(f"the session is not whole: {verified}")
    if kept[-1][0] > kept[0][0]:
        problems.append("descriptors were left open")
    print("; ".join(problems) if problems else "good")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
