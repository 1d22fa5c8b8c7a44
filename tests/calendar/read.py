"""Reads calendars as the Python library icalendar does: a JSON list of iCalendar texts comes in, a list of the
appointments of each goes out, in the order of the file. tests/it/calendar_readers.rs compares it with read.mjs.
"""

import json
import sys
from datetime import datetime

from icalendar import Calendar


def instant(calendar: Calendar, prop) -> int:
    """Milliseconds since 1970. A local time is read by the zone that the file itself describes, never by what this
    machine knows of a zone of that name."""
    at: datetime = prop.dt
    if name := prop.params.get("TZID"):
        zone = next(zone for zone in calendar.walk("VTIMEZONE") if zone["TZID"] == name)
        at = at.replace(tzinfo=zone.to_tz(lookup_tzid=False))
    return round(at.timestamp() * 1000)


def appointment(calendar: Calendar, event) -> dict:
    changed = event.get("LAST-MODIFIED")
    return {
        "uid": str(event["UID"]),
        "sequence": int(event["SEQUENCE"]),
        "starts_at": instant(calendar, event["DTSTART"]),
        "ends_at": instant(calendar, event["DTEND"]),
        "changed_at": instant(calendar, changed) if changed else None,
        "status": str(event["STATUS"]),
        "summary": str(event["SUMMARY"]),
        "description": str(event["DESCRIPTION"]),
        "location": str(event["LOCATION"]),
        "url": str(event["URL"]),
    }


def read(text: str) -> list[dict]:
    calendar = Calendar.from_ical(text)
    events = list(calendar.walk("VEVENT"))
    if errors := [error for part in [calendar, *calendar.walk()] for error in part.errors]:
        raise ValueError(f"{errors} in {text}")
    return [appointment(calendar, event) for event in events]


json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)
