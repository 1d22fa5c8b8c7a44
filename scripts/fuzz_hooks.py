"""schemathesis hooks: stay signed in, and ask for things that exist.

Made-up ids only ever meet "not found", which hides what goes wrong behind it. So ids seen in
answers are remembered by kind (bookings, sessions, …) and put into two of three paths.
"""

import os
import random
from collections import defaultdict

import requests
import schemathesis

API = os.environ["FUZZ_URL"] + "/api/v1"
NAME, password = os.environ["FUZZ_NAME"], os.environ["FUZZ_PASSWORD"]
LISTS = ["services", "bookings?view=coming", "bookings?view=past", "day", "enterprises", "messages", "review/sessions"]
# Lists whose key is not the name that paths use.
KINDS = {"people": "participants", "undecided": "bookings", "waiting": "participants"}

chance = random.Random(1)
seen: dict[str, set[str]] = defaultdict(set)
cookie = ""


def kind_of(path: str, parameter: str) -> str:
    """/bookings/{id} → bookings; {session_id} → sessions; /references/{reference} → references."""
    if parameter.endswith("_id"):
        return parameter.removesuffix("_id") + "s"
    parts = path.split("/")
    return parts[parts.index("{" + parameter + "}") - 1]


def remember(kind: str, value):
    if isinstance(value, list):
        for one in value:
            remember(kind, one)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, str):
                if key == "id":
                    seen[kind].add(inner)
                elif key.endswith("_id"):
                    seen[key.removesuffix("_id") + "s"].add(inner)
                elif key == "reference":
                    seen["references"].add(inner)
            else:
                # `items` of a list are what the path is called after.
                remember(kind if key == "items" else KINDS.get(key, key), inner)


def sign_in():
    global cookie
    if not NAME:
        return
    answer = requests.post(f"{API}/sign-in", json={"login": NAME, "password": password}, timeout=10)
    answer.raise_for_status()
    cookie = "; ".join(f"{one.name}={one.value}" for one in answer.cookies)


def look_around():
    for path in LISTS:
        answer = requests.get(f"{API}/{path}", headers={"Cookie": cookie}, timeout=10)
        if answer.ok:
            remember(path.split("?")[0].split("/")[-1], answer.json())


sign_in()
look_around()


@schemathesis.serializer("application/sdp", "application/trickle-ice-sdpfrag")
def sdp(context, value):
    """An offer, or a piece of one, is text: whatever was made up for it goes out as it is."""
    return value if isinstance(value, bytes) else str(value).encode()


def changes_password(case) -> bool:
    body = case.body
    words = isinstance(body, dict) and all(isinstance(body.get(key), str) for key in ("current_password", "new_password"))
    return words and case.path.endswith("/me/password")


@schemathesis.hook
def before_call(context, case, kwargs):
    if cookie:
        case.headers = {**(case.headers or {}), "Cookie": cookie}
    if changes_password(case):
        # Guesses at it would lock the account for the rest of the run.
        case.body["current_password"] = password
    for parameter in case.path_parameters or {}:
        known = sorted(seen[kind_of(case.path, parameter)])
        if known and chance.random() < 0.67:
            case.path_parameters[parameter] = chance.choice(known)


@schemathesis.hook
def after_call(context, case, response):
    global password
    if changes_password(case) and response.status_code == 204:
        password = case.body["new_password"]
    # Signing out is tried like everything else, and so is signing in as somebody else.
    if case.path.endswith(("/sign-out", "/sign-in")):
        sign_in()
    elif response.status_code < 300 and "json" in response.headers.get("content-type", [""])[0]:
        remember(case.path.removeprefix("/api/v1").split("/")[1], response.json())
