"""How much memory a command takes at most, with the processes that it makes."""

import subprocess
import time


def descendants(pid):
    yield pid
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            children = file.read().split()
    except OSError:
        return
    for child in children:
        yield from descendants(int(child))


def high_water_kib(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            fields = dict(line.split(":", 1) for line in file)
        return int(fields.get("VmHWM", "0").split()[0])
    except OSError:
        return 0


def memory_of(command, env=None):
    """The most that one of its processes took, MiB. Looked at while they run: the kernel's own count
    after their end is that of whoever started them, where that had more."""
    most = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=env) as process:
        while process.poll() is None:
            most = max([most] + [high_water_kib(pid) for pid in descendants(process.pid)])
            time.sleep(0.003)
    assert process.returncode == 0, command
    return most / 1024
