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


# Fields that are not secret by themselves, and what a manifest may read for each.
PLAIN: dict[str, Any] = {
    "name": {"env": "HOOK_NAME"},
    "sipUri": {"env": "HOOK_SIP"},
    "server": {"url": {"env": "HOOK_URL"}},
    "fallbackDestination": {
        "type": "sip",
        "sipUri": "sip:help@example.com",
        "description": {"env": "HOOK_TOKEN"},
    },
    "hooks": [{"on": "call.ringing", "do": [{"type": "say", "exact": {"env": "HOOK_TOKEN"}}]}],
}
READ = {
    "HOOK_TOKEN": CANARY,
    "HOOK_NAME": f"{CANARY} 'line'",
    "HOOK_SIP": f"sip:{CANARY}@sip.vapi.ai",
    "HOOK_URL": f"https://{CANARY}.example.com",
}
SAY = {"type": "say", "exact": "we are closed"}
WRITTEN_OUT: dict[str, Any] = {
    "name": "a",
    "sipUri": "sip:a@sip.vapi.ai",
    "server": {"url": "https://a.example.com"},
    "hooks": [{"on": "call.ending", "do": SAY}, {"on": "call.ringing", "do": [SAY]}],
}


@pytest.mark.parametrize(
    ("then", "edited"),
    [
        ("read", True),
        ("written out", False),
        ("written out", True),
        ("left out", False),
        ("tombstone", False),
        ("gone", True),
    ],
)
def test_no_canary_is_heard_from_a_field_that_is_secret_by_its_reference(
    tmp_path: Path, ear: tuple[str, list[str]], then: str, edited: bool
) -> None:
    url_of_ear, heard = ear
    with sandbox() as url:
        desk = Desk(tmp_path, url, READ)
        desk.configure(secrets={"env": ["HOOK_*"]}, limits={"deletes": 1})
        desk.manifest("other", {"provider": "vapi", "sipUri": "sip:b@sip.vapi.ai"})
        path = desk.manifest("a", {"provider": "vapi", **PLAIN})
        said = [desk.run("apply", "--auto-approve", "--record", "records")]
        assert said[0].code == 0, said[0].err
        if edited:
            (number,) = (each for each in desk.numbers() if CANARY in each["name"])
            typed = {"name": BY_FILE, "server": {"url": f"https://{BY_FILE}.example.com"}}
            desk.edit(number["id"], typed)
        _reference_goes(desk, path, then)
        said += _run_again(desk, url_of_ear)
    assert all(each.code == 0 for each in said), [each.err for each in said]
    kept = [each.read_text("utf-8") for each in tmp_path.rglob("*") if each.is_file()]
    texts = [*(each.out + each.err for each in said), *kept, *heard]
    assert [each for each in texts if any(canary in each for canary in CANARIES)] == []


@pytest.mark.parametrize("on_drift", ["correct", "report"])
def test_no_canary_is_heard_from_a_url_that_somebody_typed(
    tmp_path: Path, ear: tuple[str, list[str]], on_drift: str
) -> None:
    url_of_ear, heard = ear
    with sandbox() as url:
        desk = Desk(tmp_path, url, IMPORTED)
        desk.configure(onDrift=on_drift, secrets={"env": ["SIP_C_*"]})
        desk.manifest("a", {"provider": "vapi", **WRITTEN_OUT})
        desk.manifest("b", {"provider": "vapi", "sipUri": "sip:b@sip.vapi.ai"})
        said = [desk.run("apply", "--auto-approve", "--record", "records")]
        for number in desk.numbers():
            desk.edit(number["id"], TYPED)
        stranger = {"provider": "vapi", "sipUri": "sip:c@sip.vapi.ai"}
        desk.ask("POST", "/phone-number", stranger | TYPED)
        said += _run_again(desk, url_of_ear)
    assert all(each.code == 0 for each in said), [each.err for each in said]
    imported = (tmp_path / "numbers" / "sip-c.yaml").read_text("utf-8")
    assert "{env: SIP_C_SERVER_URL}" in imported
    kept = [each.read_text("utf-8") for each in tmp_path.rglob("*") if each.is_file()]
    assert heard, "nobody was told"
    texts = [*(each.out + each.err for each in said), *kept, *heard]
    assert [each for each in texts if CANARY in each] == []


TYPED: dict[str, Any] = {
    "name": f"https://a:{CANARY}@x",
    "server": {"url": f"https://user:{CANARY}@x.example.com/?token={CANARY}"},
    "hooks": [
        {
            "on": "call.ringing",
            "do": [{"type": "say", "exact": f"https://x.example.com/?sig={CANARY}"}],
        }
    ],
}
# What import makes variables of.
IMPORTED = {
    "SIP_C_NAME": TYPED["name"],
    "SIP_C_SERVER_URL": TYPED["server"]["url"],
    "SIP_C_HOOKS_0_DO_0_EXACT": TYPED["hooks"][0]["do"][0]["exact"],
}


def _reference_goes(desk: Desk, manifest: Path, then: str) -> None:
    match then:
        case "written out":
            desk.manifest("a", {"provider": "vapi", **WRITTEN_OUT})
        case "left out":
            desk.manifest("a", {"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai"})
        case "tombstone":
            desk.manifest("a", {"provider": "vapi"}, lifecycle={"state": "absent"})
        case "gone":
            manifest.unlink()


def _run_again(desk: Desk, ear: str) -> Iterator[Ended]:
    for form in PLAN_FORMATS:
        yield desk.run("plan", "--verbose", "--format", form)
    yield desk.run("plan", "--no-secrets", "--out", "saved.json")
    yield desk.run("plan", "--offline")
    yield desk.run("import", "--all")
    yield desk.run("reconcile", "--record", "records", "--notify", ear, "--format", "json")
    yield desk.run("plan", "--verbose")


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
