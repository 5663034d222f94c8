"""How an answer shows what was stored."""

from typing import Any

import httpx

from reconciler.sandbox.settings import Secrets
from tests.sandbox.conftest import OpenSandbox

SIP = {
    "provider": "vapi",
    "sipUri": "sip:a@sip.vapi.ai",
    "authentication": {"username": "u" * 20, "password": "p" * 20},
    "server": {"url": "https://a.example", "headers": {"X-Token": "t"}},
}
TWILIO = {
    "provider": "twilio",
    "number": "+14155550100",
    "twilioAccountSid": "AC1",
    "twilioAuthToken": "secret",
}


def create(client: httpx.Client, body: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = client.post("/phone-number", json=body).json()
    return made


def test_secrets_are_clear_unless_said_otherwise(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox()
    assert create(client, SIP).items() >= SIP.items()
    assert create(client, TWILIO)["twilioAuthToken"] == "secret"


def test_masked_secrets_keep_their_keys(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox(secrets=Secrets.MASKED)
    made = create(client, SIP)
    assert made["authentication"] == {"username": "u" * 20, "password": "********"}
    assert made["server"] == {"url": "https://a.example", "headers": {"X-Token": "********"}}
    assert create(client, TWILIO)["twilioAuthToken"] == "********"


def test_omitted_secrets_leave_no_trace(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox(secrets=Secrets.OMITTED)
    made = create(client, SIP)
    assert made["authentication"] == {"username": "u" * 20}
    assert made["server"] == {"url": "https://a.example"}
    assert "twilioAuthToken" not in create(client, TWILIO)


def test_a_secret_that_no_answer_shows_is_kept(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox(secrets=Secrets.MASKED)
    made = create(client, TWILIO)
    changed = client.patch(f"/phone-number/{made['id']}", json={"twilioApiKey": None}).json()
    assert changed["twilioAuthToken"] == "********"
    assert "twilioApiKey" not in changed


def test_defaults_can_be_echoed(open_sandbox: OpenSandbox) -> None:
    client = open_sandbox(echo_defaults=True)
    made = create(client, SIP)
    assert made["authentication"]["realm"] == "sip.vapi.ai"
    assert made["server"]["timeoutSeconds"] == 20
    assert create(client, TWILIO)["smsEnabled"] is True


def test_an_echoed_default_gives_way_to_what_was_sent(open_sandbox: OpenSandbox) -> None:
    made = create(open_sandbox(echo_defaults=True), {**TWILIO, "smsEnabled": False})
    assert made["smsEnabled"] is False


def test_unset_fields_can_be_null(open_sandbox: OpenSandbox) -> None:
    made = create(open_sandbox(nulls_kept=True), SIP)
    assert {key for key, value in made.items() if value is None} == {
        "name", "number", "assistantId", "squadId", "workflowId", "hooks", "fallbackDestination",
        "numberDesiredAreaCode",
    }  # fmt: skip


def test_the_area_code_is_answered_only_where_that_is_said(open_sandbox: OpenSandbox) -> None:
    body = {"provider": "vapi", "numberDesiredAreaCode": "415"}
    assert "numberDesiredAreaCode" not in create(open_sandbox(), body)
    shown = create(open_sandbox(area_code_shown=True), body)
    assert shown["numberDesiredAreaCode"] == "415"
