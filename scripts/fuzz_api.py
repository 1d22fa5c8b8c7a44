"""schemathesis over every operation of the running server, signed in as several roles in turn.

Looks for an answer that says the server is at fault (5xx), for one whose status or content type the document does not
name, and for a panic in the log. What each operation answers to whom is the Rust tests' business. Event streams are left out,
because they never end. Each role counts as one test.
"""

import os
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

from server import Server

ROLES = ["anonymous", "member", "officer", "chief", "auditor"]
SECONDS_EACH = int(os.environ.get("MIANQIA_FUZZ_SECONDS", "40"))
# Fixed, so that a commit that passes today passes tomorrow; another number looks elsewhere.
SEED = os.environ.get("MIANQIA_FUZZ_SEED", "1")
SCRIPTS = Path(__file__).parent


def fuzz(server: Server, document: Path, role: str, account: tuple[str, str] | None) -> bool:
    name, password = account or ("", "")
    command = [
        Path(sys.executable).with_name("schemathesis"), "run", document, "--url", server.url,
        "--checks", "not_a_server_error,status_code_conformance,content_type_conformance",
        "--exclude-path-regex", "/events$",
        "--phases", "examples,coverage,fuzzing",
        "--max-time", str(SECONDS_EACH),
        "--seed", SEED,
        "--continue-on-failure",
        "--no-shrink",
        "--request-timeout", "10",
        # Sign-in is the hooks' work; made-up cookies would only be signed out by it.
        "--generation-with-security-parameters", "false",
        "--generation-database", "none",
        "--suppress-health-check", "all",
        "--warnings", "off",
        "--no-color",
    ]  # fmt: skip
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": str(SCRIPTS / "fuzz_hooks.py"),
        "FUZZ_URL": server.url,
        "FUZZ_NAME": name,
        "FUZZ_PASSWORD": password,
    }
    print(f"--- as {role} ---", flush=True)
    try:
        # The time that it takes to walk all operations once is not in its own limit.
        result = subprocess.run(
            command, env=environment, cwd=server.directory.name, timeout=SECONDS_EACH + 240,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        print((late.stdout or b"").decode())
        print(f"as {role}: not through all operations within {SECONDS_EACH + 240} s")
        return False
    print(result.stdout, flush=True)
    if result.returncode != 0:
        return False
    selected, tested = (re.search(pattern, result.stdout) for pattern in (r"Selected: (\d+)/", r"Tested: (\d+)"))
    if not selected or not tested or selected[1] != tested[1]:
        print(f"as {role}: not every selected operation was tested")
        return False
    if not server.ready():
        print(f"as {role}: the server is not ready any more")
        return False
    return True


def main() -> int:
    passed, failed = 0, 0
    with Server() as server:
        accounts = server.demo()
        server.start()
        document = Path(server.directory.name) / "openapi.json"
        with urllib.request.urlopen(server.url + "/api/openapi.json") as answer:
            document.write_bytes(answer.read())
        for role in ROLES:
            if role != "anonymous" and role not in accounts:
                print(f"`mianqia demo` names no account for {role}")
                failed += 1
            elif fuzz(server, document, role, accounts.get(role)):
                passed += 1
            else:
                failed += 1
        log = server.log.read_text("utf-8", "replace")
        if panics := [line for line in log.splitlines() if "panicked at" in line]:
            print("the server panicked:", *panics[:10], sep="\n")
            failed += 1
        elif failed:
            print("--- the end of the server's log ---", *log.splitlines()[-40:], sep="\n")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
