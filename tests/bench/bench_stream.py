#!/usr/bin/python3
"""From the mat's last byte to a subscriber, with everything on: acquire, detect, record, the page's
server, without and with 50 further subscribers. Prints the tables of docs/performance.md.

Usage: bench_stream.py BENCH_STREAM ROLLSCOPE [SECONDS]
"""
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time

CROWD = 50
RUNS = ((32, 100, 0), (32, 100, CROWD), (64, 200, CROWD), (32, 1000, CROWD))
SETTLE_S = 3
TICKS = os.sysconf("SC_CLK_TCK")


def children(number):
    """A process and all below it."""
    found = [number]
    try:
        with open(f"/proc/{number}/task/{number}/children", encoding="ascii") as file:
            for child in file.read().split():
                found += children(int(child))
    except OSError:
        pass
    return found


def cpu_s(numbers):
    total = 0
    for number in numbers:
        with open(f"/proc/{number}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def memory_mib(numbers, key):
    total = 0
    for number in numbers:
        with open(f"/proc/{number}/smaps_rollup", encoding="ascii") as file:
            total += sum(int(line.split()[1]) for line in file if line.startswith(key + ":"))
    return total / 1024


def wakeups(numbers):
    total = 0
    for number in numbers:
        for thread in os.listdir(f"/proc/{number}/task"):
            with open(f"/proc/{number}/task/{thread}/status", encoding="ascii") as file:
                total += sum(int(line.split()[1]) for line in file
                             if line.startswith("voluntary_ctxt_switches"))
    return total


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def name_of(number):
    with open(f"/proc/{number}/cmdline", "rb") as file:
        words = file.read().split(b"\0")
    return words[1].decode() if len(words) > 1 else ""


def run_mat(bench, rollscope, mat, seconds, crowd):
    side, rate_hz = mat
    with tempfile.TemporaryDirectory(prefix="rollscope-bench-") as folder:
        bus = os.path.join(folder, "bus")
        os.mkdir(bus, 0o700)
        player = subprocess.Popen([bench, "mat", bus, str(side), str(rate_hz), str(seconds),
                                   str(crowd)], stdout=subprocess.PIPE, text=True)
        path = player.stdout.readline().strip()
        live = subprocess.Popen([rollscope, "live", "--quiet", "--bus", bus,
                                 "--source", f"pty:{path}?protocol=rollscope",
                                 "--http", f"127.0.0.1:{free_port()}",
                                 "--output", os.path.join(folder, "out.h5")],
                                stdout=subprocess.DEVNULL)
        time.sleep(SETTLE_S)
        numbers = children(live.pid)
        before, woken, begun = cpu_s(numbers), wakeups(numbers), time.monotonic()
        by_name = {name_of(number): cpu_s([number]) for number in numbers}
        time.sleep(seconds - SETTLE_S - 3)
        lasted = time.monotonic() - begun
        share = 100 * (cpu_s(numbers) - before) / lasted
        by_name = {name_of(number): 100 * (cpu_s([number]) - by_name[name_of(number)]) / lasted
                   for number in numbers}
        memory = {key: memory_mib(numbers, key) for key in ("Pss_Anon", "Pss_File", "Pss_Shmem")}
        woken = (wakeups(numbers) - woken) / lasted
        out, _ = player.communicate()
        live.terminate()
        live.wait(60)
        result = json.loads(out)
    result.update(cpu=share, by_name=by_name, memory=memory, woken=woken)
    return result


def run_curve(bench, kind):
    with tempfile.TemporaryDirectory(prefix="rollscope-bench-") as folder:
        bus = os.path.join(folder, "bus")
        os.mkdir(bus, 0o700)
        out = subprocess.run([bench, "curve", bus, kind, str(free_port() // 10 * 10)],
                             env=dict(os.environ, XDG_CONFIG_HOME=folder), capture_output=True,
                             text=True, check=True).stdout
    return json.loads(out)


def report(runs):
    print("| everything on | " +
          " | ".join(f"{side} x {side}, {rate} Hz" + (f", {crowd} subscribers" if crowd else "")
                     for side, rate, crowd in runs) + " | aim at the first mat |")
    print("| --- |" + " --- |" * (len(runs) + 1))

    def row(name, text, aim=""):
        print(f"| {name} | " + " | ".join(text(run) for run in runs.values()) + f" | {aim} |")

    for stream, what in (("frames", "frame at a subscriber"), ("metrics", "metrics at a subscriber"),
                         ("read", "metrics at the library's own reader")):
        row(f"last byte to {what}, p50 / p99",
            lambda run, s=stream: f"{run[s]['p50_ms']:.2f} / {run[s]['p99_ms']:.2f} ms",
            "0.5 / 2 ms")
    row("for comparison: how late a timer wakes an idle thread, p50 / p99",
        lambda run: f"{run['timer']['p50_ms']:.2f} / {run['timer']['p99_ms']:.2f} ms")
    row("frames written; missing between the first and the last received", lambda run:
        f"{run['written']}; {run['frames']['missing']}", "none missing")
    row("processor, all processes", lambda run: f"{run['cpu']:.1f} % of a core", "6 %")
    row("of it acquire, detect, record, page", lambda run: ", ".join(
        f"{run['by_name'].get(name, 0):.1f}" for name in ("acquire", "detect", "record",
                                                          "dashboard")))
    row("memory, all processes, without the ring", lambda run:
        f"{run['memory']['Pss_Anon']:.0f} MiB", "60 MiB")
    row("with programs, libraries and the pages of the ring in use", lambda run:
        f"{sum(run['memory'].values()):.0f} MiB")
    row("wake-ups a second, all processes", lambda run: f"{run['woken']:.0f}")


def main():
    bench, rollscope = sys.argv[1:3]
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 25
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {load:.1f}, Linux {platform.release()}\n")
    report({run: run_mat(bench, rollscope, run[:2], seconds, run[2]) for run in RUNS})
    print("\n| 32 x 32 over TCP, 1000 Hz | p50 | p99 | processor time a message |")
    print("| --- | --- | --- | --- |")
    results = {kind: run_curve(bench, kind) for kind in ("plain", "curve")}
    for kind, one in results.items():
        print(f"| {kind} | {one['p50_ms']:.3f} ms | {one['p99_ms']:.3f} ms | {one['cpu_us']:.0f} us |")
    plain, curve = results["plain"], results["curve"]
    print(f"| ratio (aim 1.5) | {curve['p50_ms'] / plain['p50_ms']:.2f} | "
          f"{curve['p99_ms'] / plain['p99_ms']:.2f} | {curve['cpu_us'] / plain['cpu_us']:.2f} |")


if __name__ == "__main__":
    main()
