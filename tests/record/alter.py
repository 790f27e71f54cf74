"""Alters a closed session file as damage would. argv[1]: how, argv[2]: the file."""
import sys

import h5py


def forget_commits(file):
    """As if killed after 57 frames of which 20 were committed and frame 50 reached the disk torn."""
    file["committed"][()] = 20
    file["pressure"][50, 3, 3] += 1
    file.attrs.modify("closed", 0)


def leave_open(file):
    file.attrs.modify("closed", 0)


def spoil_frame_7(file):
    file["pressure"][7, 0, 0] ^= 1
    file.attrs.modify("closed", 0)


def spoil_frames_7_and_9(file):
    file["pressure"][7, 0, 0] ^= 1
    file["flags"][9] ^= 1


def tell_markers_in_milliseconds(file):
    time = file["markers/time"]
    time[...] = time[()] * 1000
    time.attrs["units"] = "milliseconds since 2026-12-31T23:59:59.123457Z"


with h5py.File(sys.argv[2], "r+") as session:
    globals()[sys.argv[1]](session)
