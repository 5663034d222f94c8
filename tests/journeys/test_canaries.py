"""Canaries in every place that may hold a secret, and no output, file or notice that sings."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from reconciler.fields import Field
from reconciler.report import OUTCOME_FORMATS, PASS_FORMATS, PLAN_FORMATS, VALIDATION_FORMATS
from reconciler.schema.packaged import load_fields
from tests.forks import Ended
from tests.journeys.desk import Desk, sandbox

CANARY = "canary-0123456789-canary"
BY_FILE = "canary-in-a-file-0123456789"
BY_KEY = "canary-of-the-api-key"
CANARIES = (CANARY, BY_FILE, BY_KEY)

TOKEN = {"env": "HOOK_TOKEN"}
SIP = {"type": "sip", "sipUri": "sip:help@example.com", "sipHeaders": {"X-Token": TOKEN}}
EVERYWHERE = {
    "server": {"url": "https://hooks.example.com", "headers": {"X-Token": {"file": "s/token"}}},
    "fallbackDestination": SIP,
    "hooks": [
        {"on": "call.ringing", "do": [{"type": "transfer", "destination": SIP}]},
        {"on": "call.ending", "do": {"type": "transfer", "destination": SIP}},
    ],
}
# What each provider has of its own, and what it needs to be created.
OWN: dict[str, dict[str, Any]] = {
    "vapi": {
        "sipUri": "sip:a@sip.vapi.ai",
        "authentication": {"username": "u" * 20, "password": TOKEN},
    },
    "twilio": {
        "number": "+14155550101",
        "twilioAccountSid": "AC1",
        "twilioAuthToken": TOKEN,
        "twilioApiKey": TOKEN,
        "twilioApiSecret": TOKEN,
    },
    "vonage": {"number": "+14155550102", "credentialId": "c1"},
    "telnyx": {"number": "+14155550103", "credentialId": "c1"},
    "byo-phone-number": {"number": "+14155550104", "credentialId": "c1"},
}


class Ear(BaseHTTPRequestHandler):
    """Hears notifications."""

    heard: list[str]

    def do_POST(self) -> None:
        self.heard.append(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""


@pytest.fixture
def ear() -> Iterator[tuple[str, list[str]]]:
    """A notification URL, and what was sent there."""
    heard: list[str] = []
    server = HTTPServer(("127.0.0.1", 0), type("_Ear", (Ear,), {"heard": heard}))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}/", heard
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_secret_place_of_the_description_has_a_canary() -> None:
    for name, provider in load_fields().providers.items():
        declared = {**EVERYWHERE, **OWN[name]}
        for field in provider.fields.values():
            if _is_secret_somewhere(field):
                assert field.name in declared, f"{name}.{field.name} holds a secret: give it one"


def _is_secret_somewhere(field: Field) -> bool:
    children = (*field.properties.values(), field.items, field.values)
    return bool(field.secret) or any(_is_secret_somewhere(each) for each in children if each)


@pytest.mark.parametrize("kind", ["clear", "masked", "omitted"])
def test_no_canary_is_heard_anywhere(tmp_path: Path, ear: tuple[str, list[str]], kind: str) -> None:
    url_of_ear, heard = ear
    with sandbox(secrets=kind, keys=frozenset({BY_KEY})) as url:
        desk = Desk(tmp_path, url, {"HOOK_TOKEN": CANARY, "VAPI_API_KEY": BY_KEY})
        desk.configure(secrets={"env": ["HOOK_*"], "files": ["s"]})
        secret = tmp_path / "s" / "token"
        secret.parent.mkdir()
        secret.write_text(BY_FILE)
        for name, own in OWN.items():
            desk.manifest(name, {"provider": name, **EVERYWHERE, **own})
        said = [*_looked_at(desk), *_applied(desk, url_of_ear), *_gone_wrong(desk)]
    secret.unlink()
    kept = [each.read_text("utf-8") for each in tmp_path.rglob("*") if each.is_file()]
    assert heard, "nobody was told"
    texts = [*(each.out + each.err for each in said), *kept, *heard]
    assert [each for each in texts if any(canary in each for canary in CANARIES)] == []


def _looked_at(desk: Desk) -> Iterator[Ended]:
    """Everything that only looks, in every format and as talkative as it gets."""
    for form in VALIDATION_FORMATS:
        yield desk.run("validate", "--verbose", "--format", form)
    for form in PLAN_FORMATS:
        yield desk.run("plan", "--verbose", "--log-format", "json", "--format", form)
    planned = desk.run("plan", "--out", "saved.json")
    assert planned.code == 0, planned.err
    for form in PLAN_FORMATS:
        yield desk.run("show", "saved.json", "--verbose", "--format", form)
    yield desk.run("plan", "--no-secrets", "--verbose")
    yield desk.run("plan", "--offline", "--verbose")
    yield planned


def _applied(desk: Desk, ear: str) -> Iterator[Ended]:
    """Everything that writes."""
    for name, form in zip(OWN, [*OUTCOME_FORMATS, *PASS_FORMATS], strict=False):
        command = "apply" if form in OUTCOME_FORMATS else "reconcile"
        arguments = ["--only", name, "--verbose", "--format", form, "--record", "records"]
        more = ["--auto-approve"] if command == "apply" else []
        yield desk.run(command, *arguments, *more)
    last = desk.run("reconcile", "--record", "records", "--metrics", "m.prom", "--notify", ear)
    assert last.code == 0, last.out + last.err
    yield last
    yield desk.run("import", "--all", "--force")
    yield desk.run("reconcile", "--dry-run", "--format", "json")


def _gone_wrong(desk: Desk) -> Iterator[Ended]:
    """Errors of every kind: in a manifest, of a reference, of the key, of the API."""
    yield desk.run("plan", HOOK_TOKEN="")
    yield desk.run("plan", VAPI_API_KEY=f"public-{BY_KEY}")
    yield desk.run("plan", VAPI_BASE_URL=f"https://{BY_KEY}@example.com")
    desk.manifest("vapi", {"provider": "vapi", **EVERYWHERE, "sipUri": TOKEN})
    yield desk.run("apply", "--auto-approve", "--format", "json")
    literal = {"username": "u" * 20, "password": CANARY}
    written = desk.manifest("vapi", {"provider": "vapi", "authentication": literal})
    for form in VALIDATION_FORMATS:
        yield desk.run("validate", "--format", form)
    written.unlink()
    yield from _linked(desk)


def _linked(desk: Desk) -> Iterator[Ended]:
    """What a link leads to, be it found or given, and what is no manifest but a secret."""
    numbers = desk.directory / "numbers"
    for name, target in (("file", "../s/token"), ("environment", "/proc/self/environ")):
        link = numbers / f"{name}.yaml"
        link.symlink_to(target)
        for form in VALIDATION_FORMATS:
            yield desk.run("validate", "--format", form)
            yield desk.run("validate", f"numbers/{name}.yaml", "--format", form)
        link.unlink()
    yield desk.run("validate", "s/token")
    yield desk.run("validate", "s")
