"""Figures of the media engine beside Debian's Janus: one as JSON per line.

Runs in a network namespace of its own with an address that is not the loopback's, because Janus takes none of that; nothing
leaves the machine. Server and load have a core each. Runs alternate, and each figure is the median of its rounds: compare
only what one run gave.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

ROUNDS = int(os.environ.get("MIANQIA_BENCH_ROUNDS", "3"))
SECONDS = int(os.environ.get("MIANQIA_BENCH_SECONDS", "8"))
SIZE = 4
ROOMS = (1, 4, 8, 12)
# A minute of a call is worth nothing that comes later, or of which so much is missing.
LATEST_MS, MOST_LOST = 20, 0.005
# The load measures itself when it is later than that.
LOAD_LATE_MS = 15
DEVICE, ADDRESS = "media0", "10.77.0.1"
OURS, JANUS = "http://127.0.0.1:8090", "http://127.0.0.1:8088/janus"
MEDIA = Path("target/release/examples/media")
LOAD = Path("target/load/release/load")


def figure(name: str, value: float, unit: str, better: str = "lower") -> dict:
    return {"name": name, "value": round(value, 4), "unit": unit, "better": better}


def note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def pinned(core: int, command: list) -> list:
    """In the real-time class where that is allowed: a build beside it would otherwise be what is measured."""
    realtime = ["chrt", "-f", "10"] if os.geteuid() == 0 else []
    return [*realtime, "taskset", "-c", str(core), *command]


@contextmanager
def server(command: list, url: str) -> Iterator[int]:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(pinned(0, command), stdout=log, stderr=log)
        try:
            begun = time.monotonic()
            while not answers(url):
                if process.poll() is not None or time.monotonic() - begun > 15:
                    log.seek(0)
                    raise RuntimeError(f"{command[0]} does not answer:\n{log.read().decode(errors='replace')}")
                time.sleep(0.05)
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@contextmanager
def ours(recorded: bool = False) -> Iterator[tuple[str, str, int]]:
    with tempfile.TemporaryDirectory(dir="target") as directory:
        into = [directory] if recorded else []
        with server([MEDIA, "127.0.0.1:8090", ADDRESS, "8091", *into], f"{OURS}/stats") as pid:
            yield "whip", OURS, pid


@contextmanager
def janus() -> Iterator[tuple[str, str, int]]:
    with tempfile.TemporaryDirectory() as directory:
        settings = Path(directory)
        (settings / "janus.jcfg").write_text(f"""
general: {{ configs_folder = "{directory}"; debug_level = 2; }}
media: {{ rtp_port_range = "20000-40000"; }}
nat: {{ ice_lite = true; ice_enforce_list = "{DEVICE}"; }}
""")
        (settings / "janus.transport.http.jcfg").write_text("""
general: { json = "compact"; base_path = "/janus"; http = true; port = 8088; ip = "127.0.0.1"; https = false; }
admin: { admin_http = false; admin_https = false; }
""")
        (settings / "janus.plugin.videoroom.jcfg").write_text("general: { }\n")
        with server(["janus", "-F", directory, "-d", "2"], f"{JANUS}/info") as pid:
            yield "janus", JANUS, pid


def loaded(target: tuple[str, str, int], rooms: int, seconds: int = SECONDS) -> dict:
    """One run of the load against a server that has just started."""
    kind, url, pid = target
    command = pinned(1, [LOAD, kind, url, ADDRESS, str(pid), str(rooms), str(SIZE), str(seconds)])
    run = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 120)
    if run.returncode != 0:
        raise RuntimeError(f"{kind}, {rooms} rooms: {run.stderr.strip()}")
    told = json.loads(run.stdout)
    note(
        f"{kind:<6} {rooms:>3} rooms  {told['cpu_us_per_forwarded']:6.2f} µs  core {told['server_cpu']:.2f}  "
        f"lost {told['lost']:.4f}  p50 {told['latency_ms']['p50']:.2f} p99 {told['latency_ms']['p99']:.2f} ms  "
        f"{told['server_mb']:.0f} MB  load late {told['load_late_ms']:.1f} ms"
    )
    return told


def against_janus() -> Iterator[dict]:
    for rooms in ROOMS:
        mine, theirs = [], []
        for _ in range(ROUNDS):
            with janus() as target:
                theirs.append(loaded(target, rooms))
            with ours() as target:
                mine.append(loaded(target, rooms))
        cost = [median(run["cpu_us_per_forwarded"] for run in runs) for runs in (mine, theirs)]
        # Neighbours are compared with each other, so that a machine that drifts drifts for both.
        pairs = (a["cpu_us_per_forwarded"] / b["cpu_us_per_forwarded"] for a, b in zip(mine, theirs, strict=True))
        yield figure(f"sfu.cpu_per_packet.rooms_{rooms}", cost[0], "µs")
        yield figure(f"peer.janus.cpu_per_packet.rooms_{rooms}", cost[1], "µs")
        yield figure(f"sfu.vs_janus.rooms_{rooms}", median(pairs), "ratio")
        for name, runs in (("sfu", mine), ("peer.janus", theirs)):
            yield figure(f"{name}.latency_p99.rooms_{rooms}", median(run["latency_ms"]["p99"] for run in runs), "ms")
            yield figure(f"{name}.lost.rooms_{rooms}", median(run["lost"] for run in runs) * 100, "%")


def most_rooms(started, least: int) -> int:
    """As many as are served in time, more by more."""
    rooms = served = least
    while True:
        with started() as target:
            told = loaded(target, rooms, 5)
        if told["load_late_ms"] > LOAD_LATE_MS and told["server_cpu"] < 0.9:
            note("the load was at its end before the server was")
            return served
        if told["latency_ms"]["p99"] >= LATEST_MS or told["lost"] > MOST_LOST:
            return served
        served, rooms = rooms, rooms + 2


def recorded() -> Iterator[dict]:
    rooms, costs, memory = 4, [], []
    for _ in range(ROUNDS):
        with ours() as target:
            bare = loaded(target, rooms)
        with ours(recorded=True) as target:
            kept = loaded(target, rooms)
        costs.append(kept["cpu_us_per_forwarded"] / bare["cpu_us_per_forwarded"] - 1)
        memory.append((kept["server_mb"] - bare["server_mb"]) / (rooms * SIZE * 2))
    yield figure("recording.cpu_overhead", median(costs) * 100, "%")
    yield figure("recording.memory_per_track", median(memory), "MB")


def figures() -> Iterator[dict]:
    yield from against_janus()
    yield from recorded()
    mine, theirs = most_rooms(lambda: ours(recorded=True), 4), most_rooms(janus, 4)
    yield figure("sfu.max_rooms_p99_20ms", mine, "rooms", "higher")
    yield figure("peer.janus.max_rooms_p99_20ms", theirs, "rooms", "higher")
    yield figure("sfu.max_rooms_p99_20ms_vs_janus", mine / theirs, "ratio", "higher")


def build() -> None:
    subprocess.run(["cargo", "build", "--locked", "--release", "--example", "media"], check=True)
    load = ["cargo", "build", "--locked", "--release", "--manifest-path", "benches/load/Cargo.toml", "--target-dir", "target/load"]
    subprocess.run(load, check=True)


def main() -> int:
    if "--inside" not in sys.argv:
        if not shutil.which("janus"):
            note("Janus is missing: scripts/setup.sh --bench installs it")
            return 1
        build()
        as_root = [] if os.geteuid() == 0 else ["--map-root-user"]
        return subprocess.run(["unshare", "--net", *as_root, sys.executable, __file__, "--inside"]).returncode
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    add = ["ip", "link", "add", DEVICE, "type"]
    # Not every kernel has dummies; one end of a pair serves as well, for packets to an own address never leave by it.
    if subprocess.run([*add, "dummy"], capture_output=True).returncode != 0:
        subprocess.run([*add, "veth", "peer", "name", f"{DEVICE}peer"], check=True)
        subprocess.run(["ip", "link", "set", f"{DEVICE}peer", "up"], check=True)
    for command in (["address", "add", f"{ADDRESS}/24", "dev", DEVICE], ["link", "set", DEVICE, "up"]):
        subprocess.run(["ip", *command], check=True)
    for one in figures():
        print(json.dumps(one), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
