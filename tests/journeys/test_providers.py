"""All five providers: created, each mutable field patched and cleared, released."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from reconciler.fields import Nature
from reconciler.schema.packaged import load_fields
from tests.journeys.desk import Desk

# What a number of each provider cannot be without, beside its own SIP URI or digits.
BASE: dict[str, dict[str, Any]] = {
    "vapi": {},
    "twilio": {"twilioAccountSid": "AC1"},
    "vonage": {"credentialId": "c1"},
    "telnyx": {"credentialId": "c1"},
    "byo-phone-number": {"credentialId": "c1"},
}
SERVER = {
    "url": "https://hooks.example.com",
    "timeoutSeconds": 30,
    "headers": {"X-Env": "prod"},
    "staticIpAddressesEnabled": True,
    "backoffPlan": {"type": "exponential", "maxRetries": 3, "baseDelaySeconds": 1},
}
HOOKS = [
    {"on": "call.ringing", "do": [{"type": "say", "exact": "Hello"}]},
    {"on": "call.ending", "do": {"type": "say", "exact": "Bye"}},
]
# Field to a value that it can be patched to; a new field of the description fails until it has one.
SAMPLES: dict[str, Any] = {
    "name": "Renamed",
    "assistantId": "a1",
    "squadId": "s1",
    "workflowId": "w1",
    "server": SERVER,
    "hooks": HOOKS,
    "fallbackDestination": {"type": "number", "number": "+14155550199", "message": "Hold on"},
    "number": "+14155550190",
    "credentialId": "c2",
    "numberE164CheckEnabled": False,
    "smsEnabled": False,
    "twilioAccountSid": "AC2",
    "twilioAuthToken": {"env": "HOOK_TOKEN"},
    "twilioApiKey": {"env": "HOOK_TOKEN"},
    "twilioApiSecret": {"env": "HOOK_TOKEN"},
    "sipUri": "sip:two@sip.vapi.ai",
    "authentication": {"username": "u" * 20, "password": {"env": "HOOK_TOKEN"}},
}
TOKEN = "t" * 24


@pytest.mark.parametrize("provider", BASE)
def test_each_mutable_field_is_patched_and_cleared(desk: Desk, provider: str) -> None:
    desk = at_home(desk)
    lines = bare_lines(provider)
    assert applied(desk, lines) == dict.fromkeys(lines, "create")
    assert held(desk, lines) == {name: shown(name, spec) for name, spec in lines.items()}
    filled = {name: spec | {name: SAMPLES[name]} for name, spec in lines.items()}
    assert applied(desk, filled) == dict.fromkeys(lines, "patch")
    assert held(desk, lines) == {name: shown(name, spec) for name, spec in filled.items()}
    assert desk.plan()["operations"] == []
    assert applied(desk, lines) == dict.fromkeys(lines, "patch")
    assert held(desk, lines) == {name: shown(name, spec) for name, spec in lines.items()}
    assert desk.plan()["operations"] == []


@pytest.mark.parametrize("provider", BASE)
def test_each_mutable_field_can_be_there_from_the_start_and_is_released(
    desk: Desk, provider: str
) -> None:
    desk = at_home(desk)
    filled = {name: spec | {name: SAMPLES[name]} for name, spec in bare_lines(provider).items()}
    assert applied(desk, filled) == dict.fromkeys(filled, "create")
    assert held(desk, filled) == {name: shown(name, spec) for name, spec in filled.items()}
    assert desk.plan()["operations"] == []
    for name, spec in filled.items():
        desk.manifest(name.lower(), spec, lifecycle={"state": "absent"})
    assert desk.apply("--max-deletes", f"{len(filled) - 1}").code == 3
    assert len(desk.numbers()) == len(filled)
    assert desk.apply("--max-deletes", f"{len(filled)}").code == 0
    assert desk.numbers() == []
    assert desk.plan()["operations"] == []


def at_home(desk: Desk) -> Desk:
    desk.configure(secrets={"env": ["HOOK_*"]})
    return replace(desk, environ={"HOOK_TOKEN": TOKEN})


def bare_lines(provider: str) -> dict[str, dict[str, Any]]:
    """One number for each mutable field of a provider, without that field where it can be."""
    fields = load_fields().providers[provider].fields.values()
    mutable = sorted(
        each.name for each in fields if each.nature is Nature.MUTABLE and each.name != "provider"
    )
    return {
        name: {"provider": provider, **identity(provider, index), **BASE[provider]}
        for index, name in enumerate(mutable)
    }


def identity(provider: str, index: int) -> dict[str, str]:
    if provider == "vapi":
        return {"sipUri": f"sip:line{index}@sip.vapi.ai"}
    return {"number": f"+141555501{index:02}"}


def applied(desk: Desk, lines: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Declare the lines and apply; answers what was done for each."""
    for name, spec in lines.items():
        desk.manifest(name.lower(), spec)
    ended = desk.apply("--format", "json")
    assert ended.code == 0, (ended.out, ended.err)
    done = {each["address"]: each["action"] for each in ended.json["operations"]}
    return {name: done[f"PhoneNumber/{name.lower()}"] for name in lines}


def held(desk: Desk, lines: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """What the account holds of each line: the fields that a manifest could name."""
    described = load_fields().providers
    by_name = {each["name"]: each for each in desk.numbers()}
    found = {}
    for name in lines:
        number = by_name.get(name.lower()) or by_name[SAMPLES["name"]]
        known = described[number["provider"]].fields
        found[name] = {
            key: value
            for key, value in number.items()
            if key in known and known[key].nature is not Nature.READ_ONLY
        }
    return found


def shown(name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    """The line of a field as the account holds it."""
    return {"name": name.lower(), **{key: revealed(each) for key, each in spec.items()}}


def revealed(value: Any) -> Any:
    if value == {"env": "HOOK_TOKEN"}:
        return TOKEN
    if isinstance(value, dict):
        return {key: revealed(each) for key, each in value.items()}
    return value
