"""Runs the steps of `make test`, `make journeys` and `make soak`, one after the other.

    test.py [test|journeys|soak]

ONLY=text picks the steps whose name contains it, with what they need (in `test`), or the
journeys or tests whose title contains it. Each step's output goes to target/test/; a failed
step shows the end of it. A step that ends well without the tests that it promises has failed,
and so has one whose needs failed. The last line is `N passed, N failed, N skipped`.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", "target"))
LOGS = Path("target/test")
VITEST = LOGS / "vitest.json"
BROWSER = LOGS / "browser.json"
# What the Rust tests saw refused, from all their processes (tests/it/refused.rs).
REFUSALS = LOGS / "refusals.txt"
ONLY = os.environ.get("ONLY", "")
SHOWN_OF_A_FAILURE = 150  # lines


@dataclass
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"

    def add(self, other: "Counts"):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped


# --- What a step's output says about its tests; None: it says nothing. ---


def cargo_counts(log: str) -> Counts | None:
    """Of nextest (one summary) or of cargo test (a line for each binary)."""
    summary = re.findall(r"^\s*Summary \[.*?\] .*?tests? run: (.*)$", log, re.M)
    if summary:
        numbers = {word: int(n) for n, word in re.findall(r"(\d+) (passed|failed|timed out|exec failed|skipped)", summary[-1])}
        failed = sum(numbers.get(word, 0) for word in ("failed", "timed out", "exec failed"))
        return Counts(numbers.get("passed", 0), failed, numbers.get("skipped", 0))
    results = re.findall(r"^test result: .*? (\d+) passed; (\d+) failed; (\d+) ignored", log, re.M)
    if not results:
        return None
    return Counts(*(sum(int(n) for n in column) for column in zip(*results)))


def vitest_counts(_log: str) -> Counts | None:
    report = read_json(VITEST)
    if report is None:
        return None
    return Counts(report["numPassedTests"], report["numFailedTests"], report["numPendingTests"] + report["numTodoTests"])


def playwright_counts(_log: str) -> Counts | None:
    stats = (read_json(BROWSER) or {}).get("stats")
    return stats and Counts(stats["expected"], stats["unexpected"] + stats["flaky"], stats["skipped"])


def closing_line(log: str) -> Counts | None:
    lines = re.findall(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", log, re.M)
    return Counts(*map(int, lines[-1])) if lines else None


def read_json(path: Path):
    return json.loads(path.read_text()) if path.exists() else None


# --- The steps. ---


@dataclass
class Step:
    name: str
    command: list[str]
    needs: list[str] = field(default_factory=list)
    # None: the step is itself the one test.
    count: Callable[[str], Counts | None] | None = None
    # No tests at all are fine (documentation need not have examples).
    may_be_empty: bool = False
    minutes: int = 30


def shell(line: str) -> list[str]:
    """A line that may use the functions of lib.sh."""
    return ["bash", "-c", f"source scripts/lib.sh; {line}"]


def cargo_test(*arguments: str) -> list[str]:
    """nextest where it is installed; Cargo's own runner tests the same."""
    has_nextest = subprocess.run(["cargo", "nextest", "--version"], capture_output=True).returncode == 0
    runner = ["nextest", "run"] if has_nextest else ["test", "--tests"]
    # A snapshot is changed by whoever means it (docs in tests/it/snapshots.rs), never by the way.
    settings = ["INSTA_UPDATE=no", f"REFUSALS_GIVEN={REFUSALS.absolute()}"]
    return ["env", *settings, "scripts/postgres.sh", "with", "cargo", *runner, "--locked", "--no-fail-fast", *arguments]


def playwright(project: str, only: str = "") -> list[str]:
    grep = ["--grep", only] if only else []
    return ["web/node_modules/.bin/playwright", "test", "--config", "tests/browser", "--project", project, *grep]


def simulated() -> list[Step]:
    """Half an hour of simulated sessions from a seed that nobody chose, unless others are asked for."""
    if ONLY and ONLY not in "simulator":
        return []
    settings = ["MIANQIA_TEST_SIMULATOR_SECONDS=1800", f"MIANQIA_TEST_SIMULATOR_SEED={time.time_ns() // 1_000_000}"]
    return [Step("simulator", ["env", *settings, "cargo", "test", "--locked", "--lib", "recording::simulator"], ["build"], cargo_counts, minutes=50)]


MACHINE = Step("machine", ["scripts/setup.sh", "--test"])
WEB_PACKAGES = Step("web packages", shell("npm_ci web"), ["machine"])
WEB_BUILD = Step("web build", shell("build_web"), ["web packages"])
# The binary serves web/dist, so the folder has to be there when it is compiled.
BUILD = Step("build", ["cargo", "build", "--locked"], ["machine", "web build"])
RUST_TESTS = "Rust tests, SQLite and PostgreSQL"
TEST_TOOLS = Step("test tools", shell("python_tools"), ["machine"])

SUITES = {
    "test": lambda: [
        MACHINE,
        Step("format", ["cargo", "fmt", "--all", "--check"], ["machine"]),
        Step("licences, bans, sources", ["cargo", "deny", "--locked", "check", "licenses", "bans", "sources"], ["machine"]),
        WEB_PACKAGES,
        Step("web types", ["npm", "run", "--prefix", "web", "typecheck"], ["web packages"]),
        Step("web lints", ["npm", "run", "--prefix", "web", "lint"], ["web packages"]),
        Step("web unused code", ["npm", "run", "--prefix", "web", "unused"], ["web packages"]),
        Step("web unit tests", shell(f"cd web && npm test -- --reporter=default --reporter=json --outputFile.json=../{VITEST}"), ["web packages"], vitest_counts),
        WEB_BUILD,
        Step("web size", ["npm", "run", "--prefix", "web", "size"], ["web build"]),
        Step("journey types", ["web/node_modules/.bin/tsc", "--project", "tests/browser"], ["web packages"]),
        Step("lints", ["cargo", "clippy", "--locked", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"], ["machine", "web build"]),
        BUILD,
        TEST_TOOLS,
        Step(RUST_TESTS, cargo_test("--workspace"), ["build", "test tools"], cargo_counts, minutes=60),
        Step("refusals: all that are listed are given", cargo_test("--test", "it", "--", "--ignored", "every_listed_refusal_was_given"), [RUST_TESTS], cargo_counts),
        Step("Rust documentation tests", ["cargo", "test", "--locked", "--workspace", "--doc"], ["build"], cargo_counts, may_be_empty=True),
        Step("API document and client", ["scripts/generate.sh", "--check"], ["build", "web packages"]),
        Step("browser journeys", playwright("journey"), ["build", "test tools"], playwright_counts),
        Step("API fuzzing", [".cache/venv/bin/python", "scripts/fuzz_api.py"], ["build", "test tools"], closing_line),
    ],
    "journeys": lambda: [
        MACHINE, WEB_PACKAGES, WEB_BUILD, BUILD, TEST_TOOLS,
        Step("more browser journeys", playwright("more", ONLY), ["build", "test tools"], playwright_counts),
    ],
    "soak": lambda: [
        MACHINE, WEB_PACKAGES, WEB_BUILD, BUILD, TEST_TOOLS,
        *simulated(),
        Step("soak", cargo_test("--features", "soak", "--test", "soak", *ONLY.split()), ["build", "test tools"], cargo_counts),
    ],
}  # fmt: skip


def picked(steps: list[Step], text: str) -> list[Step]:
    by_name = {step.name: step for step in steps}
    wanted = {step.name for step in steps if text.lower() in step.name.lower()}
    todo = list(wanted)
    while todo:
        new = set(by_name[todo.pop()].needs) - wanted
        wanted |= new
        todo += new
    return [step for step in steps if step.name in wanted]


# --- Running them. ---


def end_group(process: subprocess.Popen):
    """Ends a step with all that it started, and lets it clean up after itself first."""
    for number, patience in ((signal.SIGTERM, 15), (signal.SIGKILL, 5)):
        try:
            os.killpg(process.pid, number)
            process.wait(patience)
            return
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue


class Progress:
    """On a terminal a line that changes in place; elsewhere a sign of life each minute."""

    def __init__(self, label: str):
        self.label = label
        self.terminal = sys.stdout.isatty()
        self.started = time.monotonic()
        self.said = 0

    def seconds(self) -> float:
        return time.monotonic() - self.started

    def tick(self, log: Path):
        if self.terminal:
            lines = log.read_bytes()[-400:].decode("utf-8", "replace").strip().splitlines()
            last = re.sub(r"\x1b\[[0-9;]*m", "", lines[-1]) if lines else ""
            width = shutil.get_terminal_size().columns
            print(("\r" + f"{self.label} {self.seconds():6.1f} s  {last}"[: width - 1]).ljust(width), end="", flush=True)
        elif self.seconds() // 60 > self.said:
            self.said = self.seconds() // 60
            print(f"{self.label} … {self.seconds():.0f} s", flush=True)

    def done(self, text: str):
        line = f"{self.label} {self.seconds():6.1f} s  {text}"
        print(("\r" + line.ljust(shutil.get_terminal_size().columns)) if self.terminal else line, flush=True)


def run(step: Step, label: str) -> Counts:
    progress = Progress(label)
    log = LOGS / (re.sub(r"\W+", "-", step.name.lower()) + ".log")
    # A group of its own, so that an interruption ends whatever the step has started.
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(
                step.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env={**os.environ, "NO_COLOR": "1", "CARGO_TERM_COLOR": "never"},
            )
        except OSError as problem:
            output.write(f"{step.command[0]}: {problem}\n".encode())
            process = None
    too_long = False
    try:
        while process and process.poll() is None:
            progress.tick(log)
            if progress.seconds() > step.minutes * 60:
                too_long = True
                break
            time.sleep(0.2)
    finally:
        # Also after a good end: nothing that a step started may live on.
        if process:
            end_group(process)

    text = log.read_text("utf-8", "replace")
    ended_well = process is not None and process.returncode == 0 and not too_long
    counts = step.count(text) if step.count else Counts(passed=1)
    why = ""
    if not ended_well and (step.count is None or counts is None):
        counts = Counts(failed=1)
    elif not ended_well and counts.failed == 0:
        counts.failed = 1
        why = "  (ended badly though no test failed)"
    elif counts is None or counts.passed + counts.failed == 0:
        counts = Counts(failed=0 if step.may_be_empty else 1)
        why = "" if step.may_be_empty else "  (no test ran)"
    if too_long:
        why = f"  (stopped after {step.minutes} minutes)"

    progress.done(("FAILED  " if counts.failed else "") + (str(counts) if step.count else "ok" if not counts.failed else "") + why)
    if counts.failed:
        lines = text.splitlines()
        print(f"--- the end of {log} ---", *lines[-SHOWN_OF_A_FAILURE:], "---", sep="\n", flush=True)
    return counts


def main() -> int:
    suite = sys.argv[1] if len(sys.argv) > 1 else "test"
    steps = SUITES[suite]()
    if suite == "test" and ONLY:
        steps = picked(steps, ONLY)
    LOGS.mkdir(parents=True, exist_ok=True)
    for report in (VITEST, BROWSER, REFUSALS):
        report.unlink(missing_ok=True)

    total = Counts()
    bad = set()
    width = max((len(step.name) for step in steps), default=0)
    for number, step in enumerate(steps, 1):
        label = f"[{number:2}/{len(steps)}] {step.name:<{width}}"
        if lacking := [need for need in step.needs if need in bad]:
            print(f"{label}    FAILED  not run, because this failed: {', '.join(lacking)}", flush=True)
            counts = Counts(failed=1)
        else:
            counts = run(step, label)
        if counts.failed:
            bad.add(step.name)
        total.add(counts)
    if not steps:
        print(f"no step is called like {ONLY!r}")
        total.failed = 1
    print(total)
    return 1 if total.failed else 0


def stop(_number, _frame):
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nstopped before the end")
        sys.exit(130)
