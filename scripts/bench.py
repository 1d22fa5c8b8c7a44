"""Runs the groups of figures and writes target/bench/summary.json.

A figure is {"name", "value", "unit", "better": "lower"|"higher"}. The group `web` is measured here, `video` by
bench_video.py, the others by the example `bench` (benches/); both print one figure as JSON per line to their standard
output, and what they like to their standard error.
"""

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from server import Server, binary

SUMMARY = Path("target/bench/summary.json")
STARTS = 5  # the median of as many


def figure(name: str, value: float, unit: str, better: str = "lower") -> dict:
    return {"name": name, "value": round(value, 4), "unit": unit, "better": better}


def told(command: list) -> Iterator[dict]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    for line in process.stdout:
        yield json.loads(line)
    if process.wait() != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")


def example(group: str) -> Iterator[dict]:
    # Some figures compare the stores; the private PostgreSQL is there for as long as they run.
    yield from told(["scripts/postgres.sh", "with", "cargo", "run", "--locked", "--release", "--example", "bench", "--", group])


def video() -> Iterator[dict]:
    yield from told([sys.executable, "scripts/bench_video.py"])


def web() -> Iterator[dict]:
    subprocess.run(["cargo", "build", "--locked", "--release"], check=True)
    first, again = [], []
    for _ in range(STARTS):
        with Server(binary("release")) as server:
            # On an empty data directory: keys, migrations and tables are made.
            first.append(server.start())
            server.stop()
            server.demo()
            again.append(server.start())
    yield figure("start.ready", sorted(first)[STARTS // 2], "s")
    yield figure("start.restart", sorted(again)[STARTS // 2], "s")

    size = subprocess.run(["npm", "run", "--prefix", "web", "--silent", "size"], stdout=subprocess.PIPE, text=True)
    print(size.stdout, file=sys.stderr)
    found = re.search(r"([\d.]+) KB\s+first load", size.stdout)
    if not found:
        raise RuntimeError("`npm run size` says no `… KB  first load`")
    yield figure("web.entry_gzip", float(found[1]), "KB")


GROUPS = {
    "booking": lambda group: chain(example(group), example("growth")),
    "video": lambda _group: video(),
    "web": lambda _group: web(),
}


def machine() -> str:
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release()}"


def commit() -> str:
    def git(*arguments):
        return subprocess.run(["git", *arguments], capture_output=True, text=True).stdout.strip()

    return git("rev-parse", "--short", "HEAD") + ("+changes" if git("status", "--porcelain") else "")


def main() -> int:
    only = sys.argv[1] if len(sys.argv) > 1 else ""
    if only and only not in GROUPS:
        print(f"no group is called {only!r}; there are: {', '.join(GROUPS)}")
        return 1
    results, broken = [], []
    for group in [only] if only else GROUPS:
        print(f"--- {group} ---", flush=True)
        try:
            for one in GROUPS[group](group):
                results.append(one)
                print(f"{one['name']:<44} {one['value']:>12} {one['unit']}", flush=True)
        except (RuntimeError, ValueError, OSError, subprocess.CalledProcessError) as problem:
            print(f"{group}: {problem}")
            broken.append(group)
    SUMMARY.parent.mkdir(parents=True, exist_ok=True)
    SUMMARY.write_text(json.dumps({"machine": machine(), "commit": commit(), "results": results}, indent=2) + "\n")
    print(f"written to {SUMMARY}" + (f"; without figures: {', '.join(broken)}" if broken else ""))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
