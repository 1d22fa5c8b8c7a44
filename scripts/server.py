"""Starts the real binary for scripts: free ports, its own data directory, ready or a reason."""

import os
import re
import socket
import subprocess
import tempfile
import time
import urllib.request
from pathlib import Path

READY_WITHIN = 30  # seconds
ROLES = "member agent traveller officer chief auditor supervisor admin_system admin_security admin_audit".split()


def binary(profile: str = "debug") -> str:
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    return os.environ.get("MIANQIA_BINARY", f"{target}/{profile}/mianqia")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """`with Server() as server:` — data is kept between two `start`s, removed at the end."""

    def __init__(self, program: str | None = None):
        self.program = program or binary()
        self.directory = tempfile.TemporaryDirectory(prefix="mianqia-")
        data = Path(self.directory.name)
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = data / "server.log"
        self.process = None
        # Settings of the caller must not reach a server under test.
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("MIANQIA_")} | {
            "MIANQIA_LISTEN": f"127.0.0.1:{port}",
            "MIANQIA_PUBLIC_URL": self.url,
            "MIANQIA_DATA_DIR": str(data / "data"),
            "MIANQIA_MEDIA_PORT": "0",
            "MIANQIA_MEDIA_ADDRESSES": "127.0.0.1",
            # What is booked here is mostly not recorded, however much there is.
            "MIANQIA_RECORDING_RESERVE": "0",
            # Nobody listens there: mails wait in the outbox.
            "MIANQIA_SMTP_URL": f"smtp://127.0.0.1:{free_port()}",
        }

    def demo(self) -> dict[str, tuple[str, str]]:
        """Fills the demo; role → (login, password) of its first account, from what is printed:
        one line with `password …: PASSWORD)`, and the lines `LOGIN ROLE …`."""
        text = subprocess.run(
            [self.program, "demo", "--bare"], env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout
        password = re.search(r"password[^:\n]*: *([^\s)]+)", text)
        accounts = {}
        for login, role in re.findall(r"^ +(\S+) +(\w+)", text, re.M):
            if role in ROLES and password:
                accounts.setdefault(role, (login, password[1]))
        return accounts

    def start(self) -> float:
        """Seconds from starting the process until it is ready."""
        begun = time.perf_counter()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([self.program, "serve"], env=self.environment, stdout=log, stderr=log)
        while not self.ready():
            if self.process.poll() is not None or time.perf_counter() - begun > READY_WITHIN:
                self.stop()
                raise RuntimeError("the server did not become ready:\n" + self.log.read_text()[-4000:])
            time.sleep(0.005)
        return time.perf_counter() - begun

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.url + "/readyz", timeout=2) as answer:
                return answer.status == 200
        except OSError:  # refused, or an answer that is not 200
            return False

    def stop(self):
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        self.directory.cleanup()
