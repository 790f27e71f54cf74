"""What `rollscope acquire` takes of a core, as a process with its bus, and what it loses: simulated
mats on pseudo-terminals, read for some seconds, with a registered reader behind it. Run by the target
bench_acquiring: bench_acquire.py PROGRAM [SECONDS]."""

import os
import subprocess
import sys
import tempfile
import time

MATS = (("32x32x10@100", "<= 1.5 %"), ("32x32x10@1000", "nothing lost"), ("64x64x10@500", "report"))
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def cpu_s(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def started(program, *arguments, **options):
    return subprocess.Popen([program, *arguments], stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL, **options)


def wait_for(path):
    until = time.monotonic() + 20
    while not os.path.lexists(path) and time.monotonic() < until:
        time.sleep(0.02)


def measure(program, mat, seconds):
    """(share of a core, frames recorded, frames lost by the mat's numbers)"""
    import h5py
    with tempfile.TemporaryDirectory(prefix="rollscope-bench-") as folder:
        link, file = os.path.join(folder, "mat"), os.path.join(folder, "session.h5")
        bus = f"--bus={folder}/bus"
        simulator = started(program, "simulate", "--quiet", f"--mat={mat}", "--for=600",
                            f"--pty={link}")
        wait_for(link)
        acquire = started(program, "acquire", "--quiet", bus, f"--for={seconds}", "--readers=1",
                          f"--source=pty:{link}?protocol=rollscope")
        detect = started(program, "detect", "--quiet", bus)
        record = started(program, "record", "--quiet", bus, f"--output={file}")
        time.sleep(2)
        begin_s, begin_cpu_s = time.monotonic(), cpu_s(acquire.pid)
        time.sleep(seconds - 4)
        share = (cpu_s(acquire.pid) - begin_cpu_s) / (time.monotonic() - begin_s)
        for process in (acquire, detect, record):
            process.wait(120)
        simulator.terminate()
        simulator.wait(20)
        with h5py.File(file) as session:
            sequence = session["sequence"][:]
    return share, len(sequence), int(sequence[-1] - sequence[0] + 1 - len(sequence))


def main(program, seconds=14.0):
    print("| mat | share of one core | frames | lost | aim |")
    print("| --- | --- | --- | --- | --- |")
    for mat, aim in MATS:
        share, frames, lost = measure(program, mat, seconds)
        rows, rest = mat.split("x", 1)
        cols, rest = rest.split("x", 1)
        print(f"| {rows} x {cols}, {rest.split('@')[1]} Hz | {100 * share:.2f} % | {frames} | "
              f"{lost} | {aim} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], *map(float, sys.argv[2:]))
