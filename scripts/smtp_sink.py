"""A real SMTP server for tests: takes every mail into a directory, and fails when told to.

    smtp-sink.sh DIR

prints its port (on 127.0.0.1) as the first line and ends when its standard input closes, so
that it does not outlive the test that started it.

Each mail becomes DIR/0001.json, DIR/0002.json, …, in the order of arrival:
    {"from", "to": [...], "subject", "text", "html", "calendar", "calendar_method", "raw"}
(absent parts are null). A recipient is refused by its local part:
    refuse…@   550, for good          later…@   451, the first `later_times` times
and DIR/control.json, read anew for each command, changes that while the server runs:
    {"later_times": 2, "unavailable": false}     unavailable: 421 to every mail
"""

import asyncio
import email
import email.policy
import json
import sys
from collections import Counter
from pathlib import Path

from aiosmtpd.smtp import SMTP

REFUSED = "550 5.1.1 No such mailbox"
LATER = "451 4.3.0 Try again later"
UNAVAILABLE = "421 4.3.2 Service not available"


class Sink:
    def __init__(self, directory: Path):
        self.directory = directory
        self.stored = len(list(directory.glob("[0-9]*.json")))
        self.delayed = Counter()

    def control(self) -> dict:
        try:
            return json.loads((self.directory / "control.json").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            # Absent, or half written by a test: the next command reads it again.
            return {}

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self.control().get("unavailable"):
            return UNAVAILABLE
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refuse"):
            return REFUSED
        if address.startswith("later") and self.delayed[address] < self.control().get("later_times", 2):
            self.delayed[address] += 1
            return LATER
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        calendar = part(message, "text/calendar")
        mail = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "subject": message["subject"],
            "text": text(part(message, "text/plain")),
            "html": text(part(message, "text/html")),
            "calendar": text(calendar),
            "calendar_method": calendar.get_param("method") if calendar else None,
            "raw": envelope.content.decode("utf-8", "surrogateescape"),
        }
        self.stored += 1
        target = self.directory / f"{self.stored:04}.json"
        # Renamed into place, so that nobody reads half a mail.
        half = target.with_suffix(".part")
        half.write_text(json.dumps(mail, ensure_ascii=True))
        half.rename(target)
        return "250 OK"


def part(message, content_type):
    return next((one for one in message.walk() if one.get_content_type() == content_type), None)


def text(one):
    return None if one is None else one.get_payload(decode=True).decode(one.get_content_charset("utf-8"))


async def main(directory: Path):
    directory.mkdir(parents=True, exist_ok=True)
    sink = Sink(directory)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, enable_SMTPUTF8=True), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main(Path(sys.argv[1])))
