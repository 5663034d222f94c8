"""All five providers: created, each mutable field patched and cleared, released."""

from typing import Any

import pytest

from reconciler.fields import Nature
from reconciler.schema.packaged import load_fields
from tests.journeys.desk import Desk

BASE: dict[str, dict[str, Any]] = {
    "vapi": {"sipUri": "sip:one@sip.vapi.ai"},
    "twilio": {"number": "+14155550101", "twilioAccountSid": "AC1"},
    "vonage": {"number": "+14155550102", "credentialId": "c1"},
    "telnyx": {"number": "+14155550103", "credentialId": "c1"},
    "byo-phone-number": {"number": "+14155550104", "credentialId": "c1"},
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


def mutable(provider: str) -> list[str]:
    fields = load_fields().providers[provider].fields.values()
    return [
        each.name for each in fields if each.nature is Nature.MUTABLE and each.name != "provider"
    ]


def shown(value: Any) -> Any:
    """A sample as the account holds it."""
    if value == {"env": "HOOK_TOKEN"}:
        return TOKEN
    if isinstance(value, dict):
        return {key: shown(each) for key, each in value.items()}
    return value


@pytest.mark.parametrize("provider", BASE)
def test_each_mutable_field_is_patched_and_cleared(desk: Desk, provider: str) -> None:
    desk.configure(secrets={"env": ["HOOK_*"]}, limits={"deletes": 1})
    base = {"provider": provider, **BASE[provider]}
    desk.manifest("line", base)
    assert desk.apply(HOOK_TOKEN=TOKEN).code == 0
    for name in mutable(provider):
        desk.manifest("line", {**base, name: SAMPLES[name]})
        patched = desk.apply("--format", "json", HOOK_TOKEN=TOKEN)
        assert (patched.code, patched.json["summary"]["done"]) == (0, 1), (name, patched.err)
        assert desk.numbers()[0][name] == shown(SAMPLES[name])
        desk.manifest("line", base)
        cleared = desk.apply(HOOK_TOKEN=TOKEN)
        assert cleared.code == 0, (name, cleared.out, cleared.err)
        held = desk.numbers()[0].get(name)
        assert held == base.get(name, "line" if name == "name" else None), name
    assert desk.plan()["operations"] == []
    desk.manifest("line", base, lifecycle={"state": "absent"})
    assert desk.apply().code == 0
    assert desk.numbers() == []
    assert desk.plan()["operations"] == []
