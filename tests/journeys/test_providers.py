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
def test_each_mutable_field_is_patched_and_then_cleared(desk: Desk, provider: str) -> None:
    desk.configure(secrets={"env": ["HOOK_*"]}, limits={"deletes": 1})
    base = {"provider": provider, **BASE[provider]}
    desk.manifest("line", base)
    assert desk.apply(HOOK_TOKEN=TOKEN).code == 0
    before = ""
    # Each apply sets one field, and clears the one before it.
    for name in [*mutable(provider), ""]:
        desk.manifest("line", base | ({name: SAMPLES[name]} if name else {}))
        ended = desk.apply("--format", "json", HOOK_TOKEN=TOKEN)
        assert (ended.code, ended.json["summary"]["done"]) == (0, 1), (name, ended.out)
        (held,) = desk.numbers()
        if name:
            assert held[name] == shown(SAMPLES[name])
        if before:
            unset = "line" if before == "name" else base.get(before)
            assert held.get(before) == unset, before
        before = name
    assert desk.plan()["operations"] == []
    desk.manifest("line", base, lifecycle={"state": "absent"})
    assert desk.apply().code == 0
    assert desk.numbers() == []
    assert desk.plan()["operations"] == []
