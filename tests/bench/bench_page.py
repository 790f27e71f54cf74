"""What the page costs: the server's CPU with three screens at 60 pictures a second of a 64 x 64 mat,
the time from the mat's bytes to the drawn picture in a real browser, the server's memory over a long
session. Prints the tables of docs/performance.md.

bench_page.py [--program build/rollscope] [--seconds 30] [--soak MINUTES]"""

import argparse
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/dashboard"))
import browser  # noqa: E402
from screen import BINARY, Screen  # noqa: E402

SCREENS = 3
MAT = "64x64x8@200"
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


class Watcher(threading.Thread):
    """A screen that takes everything and counts pictures."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.screen = Screen(port)
        self.pictures = 0

    def run(self):
        while message := self.screen.message():
            self.pictures += message[0] == BINARY


def cpu_s(process):
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def memory_kb(process):
    status = pathlib.Path(f"/proc/{process}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1])


def dashboard_of(live):
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            words = (stat.parent / "cmdline").read_text().split("\0")
        except OSError:
            continue
        if parent == live.pid and "dashboard" in words:
            return int(stat.parent.name)
    raise RuntimeError("there is no dashboard")


def until(condition):
    end = time.monotonic() + 60
    while not (value := condition()):
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.05)
    return value


class Session:
    """A mat in real time on a pseudo-terminal, recorded by live with its page."""

    def __init__(self, program, place, seconds):
        log = pathlib.Path(place, "log")
        mat = pathlib.Path(place, "mat")
        with open(log, "w", encoding="utf-8") as said:
            self.mat = subprocess.Popen([program, "simulate", "--scenario", "roller-knots",
                                         "--seed", "3", "--mat", MAT, "--pty", mat, "--for",
                                         str(seconds)], stdout=said, stderr=said, cwd=place)
            until(mat.exists)
            self.live = subprocess.Popen([program, "live", "--source",
                                          f"pty:{mat}?protocol=rollscope", "--bus",
                                          f"{place}/bus", "--http", "127.0.0.1:0"],
                                         stdout=said, stderr=said, cwd=place)
        self.url = until(lambda: re.search(r"the page is at +(\S+)", log.read_text()))[1]
        self.port = int(re.search(r":(\d+)/", self.url)[1])
        self.dashboard = until(lambda: dashboard_of(self.live))

    def end(self):
        self.live.send_signal(signal.SIGINT)
        self.live.wait(60)
        self.mat.terminate()
        self.mat.wait(60)


def measure_cpu(session, seconds):
    watchers = [Watcher(session.port) for _ in range(SCREENS)]
    for watcher in watchers:
        watcher.start()
    time.sleep(3)
    before, pictures, begin = cpu_s(session.dashboard), [w.pictures for w in watchers], time.time()
    time.sleep(seconds)
    passed = time.time() - begin
    share = (cpu_s(session.dashboard) - before) / passed
    rates = [(w.pictures - p) / passed for w, p in zip(watchers, pictures)]
    for watcher in watchers:
        watcher.screen.close()
    return share, min(rates)


def measure_delay(session, seconds):
    chrome = browser.Browser()
    try:
        page = chrome.page(session.url, width=1180, height=820)
        page.wait("rollscope.mat.drawn.count > 60")
        page.run("rollscope.mat.drawn.late_ms.length = 0")
        page.run("rollscope.mat.drawn.count = 0")
        begin = time.time()
        while time.time() < begin + seconds:
            chrome.pump(0.5)
        late = sorted(page.run("rollscope.mat.drawn.late_ms"))
        drawn = page.run("rollscope.mat.drawn.count") / (time.time() - begin)
        return statistics.median(late), late[int(0.99 * len(late))], drawn
    finally:
        chrome.close()


def soak(session, minutes):
    watchers = [Watcher(session.port) for _ in range(SCREENS)]
    for watcher in watchers:
        watcher.start()
    kept = []
    for minute in range(minutes + 1):
        kept.append(memory_kb(session.dashboard))
        print(f"minute {minute}: {kept[-1]} kB", file=sys.stderr, flush=True)
        time.sleep(60 if minute < minutes else 0)
    return kept


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--program", default=ROOT / "build/rollscope", type=pathlib.Path)
    options.add_argument("--seconds", default=30, type=int)
    options.add_argument("--soak", default=0, type=int)
    chosen = options.parse_args()
    program = chosen.program.resolve()
    with tempfile.TemporaryDirectory(prefix="rollscope-") as place:
        session = Session(program, place, max(600, 60 * chosen.soak + 120))
        try:
            print("| page, 64 x 64 cells, 200 Hz | result | aim |\n| --- | --- | --- |")
            if chosen.soak:
                kept = soak(session, chosen.soak)
                print(f"| server's memory, minute 2 of {chosen.soak} | {kept[2] / 1024:.1f} MiB "
                      f"| report |")
                print(f"| at the end | {kept[-1] / 1024:.1f} MiB | flat |")
                return
            share, rate = measure_cpu(session, chosen.seconds)
            print(f"| pictures a second, on each of {SCREENS} screens | {rate:.0f} | 60 |")
            print(f"| server's share of one core meanwhile | {100 * share:.1f} % | <= 10 % |")
            if browser.program():
                median, late, drawn = measure_delay(session, chosen.seconds)
                print(f"| byte to drawn picture, median | {median:.0f} ms | <= 50 ms |")
                print(f"| 99 % | {late:.0f} ms | report |")
                print(f"| drawn a second | {drawn:.0f} | report |")
            print(f"| server's memory | {memory_kb(session.dashboard) / 1024:.1f} MiB | report |")
        finally:
            session.end()


if __name__ == "__main__":
    main()
