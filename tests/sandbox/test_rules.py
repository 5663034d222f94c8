"""A body and a description -> all that is wrong with it."""

from typing import Any

import pytest

from reconciler.model import Json
from reconciler.sandbox.description import Description, read_description
from reconciler.sandbox.rules import check


@pytest.fixture(scope="module")
def description(document: Json) -> Description:
    return read_description(document)


def faults(description: Description, **body: Any) -> list[str]:
    return check({"provider": "vapi", **body}, description.create["vapi"], description)


def test_a_good_body_has_no_faults(description: Description) -> None:
    body = {
        "name": "Sales",
        "sipUri": "sip:a@sip.vapi.ai",
        "server": {"url": "https://a.example", "headers": {"X-A": "b"}, "timeoutSeconds": 300},
        "fallbackDestination": {"type": "number", "number": "+14155550100", "message": "Wait."},
        "hooks": [{"on": "call.ringing", "do": [{"type": "say", "exact": "Hi"}]}],
    }
    assert faults(description, **body) == []


def test_null_is_taken_for_an_optional_field_of_any_type(description: Description) -> None:
    body = dict.fromkeys(("name", "server", "hooks", "fallbackDestination", "assistantId"))
    assert faults(description, **body) == []


def test_every_fault_of_a_body_is_told_at_once(description: Description) -> None:
    found = faults(description, name="n" * 41, latestVersion=1, assistantId=7)
    assert found == [
        "property latestVersion should not exist",
        "name must be shorter than or equal to 40 characters",
        "assistantId must be a string",
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"server": {"secret": "x"}}, "server.property secret should not exist"),
        ({"server": "https://a.example"}, "nested property server must be either object or array"),
        ({"server": {"timeoutSeconds": 301}}, "server.timeoutSeconds must not be greater than 300"),
        ({"server": {"timeoutSeconds": 0}}, "server.timeoutSeconds must not be less than 1"),
        ({"server": {"headers": "X: y"}}, "server.headers must be an object"),
        (
            {"server": {"staticIpAddressesEnabled": "yes"}},
            "server.staticIpAddressesEnabled must be a boolean value",
        ),
        (
            {"server": {"encryptedPaths": ["$.a", 1]}},
            "server.each value in encryptedPaths must be a string",
        ),
        (
            {"numberDesiredAreaCode": "41"},
            "numberDesiredAreaCode must be longer than or equal to 3 characters",
        ),
        ({"hooks": {}}, "hooks must be an array"),
        (
            {"hooks": [{"on": "call.begun"}]},
            "hooks.0.on must be one of the following values: call.ringing, call.ending",
        ),
        ({"hooks": [{"on": "call.ringing"}]}, "hooks.0.do must be an array"),
        ({"fallbackDestination": "+14155550100"}, "fallbackDestination must be an object"),
        (
            {"fallbackDestination": {"type": "number", "number": "5550100"}},
            "fallbackDestination.number must be a valid phone number in the E.164 format",
        ),
        (
            {"fallbackDestination": {"type": "sip"}},
            "fallbackDestination.sipUri must be a string",
        ),
    ],
)
def test_a_fault_is_told_in_the_words_of_the_api(
    description: Description, body: dict[str, Any], message: str
) -> None:
    assert faults(description, **body) == [message]


def test_an_enum_decides_over_a_type_that_contradicts_it(description: Description) -> None:
    def plan(kind: Json) -> dict[str, Any]:
        return {"backoffPlan": {"type": kind, "maxRetries": 1, "baseDelaySeconds": 1}}

    assert faults(description, server=plan("exponential")) == []
    assert faults(description, server=plan({})) == [
        "server.backoffPlan.type must be one of the following values: fixed, exponential"
    ]


def test_a_list_of_bare_objects_takes_numbers(description: Description) -> None:
    plan = {"type": "fixed", "maxRetries": 1, "baseDelaySeconds": 1, "excludedStatusCodes": [404]}
    assert faults(description, server={"backoffPlan": plan}) == []


def test_an_enum_of_a_list_holds_for_its_items(description: Description) -> None:
    colours = {"type": "array", "enum": ["red", "blue"], "items": {"type": "string"}}
    schema = {"properties": {"colours": colours}}
    assert check({"colours": ["red"]}, schema, description) == []
    assert check({"colours": ["red", "green"]}, schema, description) == [
        "each value in colours must be one of the following values: red, blue"
    ]


def test_a_fault_deep_inside_is_told_with_its_path(description: Description) -> None:
    chosen = {"type": "oneOf", "key": "call.endedReason", "oneOf": ["customer-hung-up"]}
    (fault,) = faults(description, hooks=[{"on": "call.ending", "filters": [chosen]}])
    assert fault.startswith("hooks.0.filters.0.each value in oneOf must be one of the following")


def test_true_is_not_a_number(description: Description) -> None:
    assert "server.timeoutSeconds must be a number conforming to the specified constraints" in (
        faults(description, server={"timeoutSeconds": True})
    )


@pytest.mark.parametrize(
    ("number", "checked", "is_good"),
    [
        ("+14155550100", True, True),
        ("4155550100", True, False),
        ("+0155550100", True, False),
        ("1001", False, True),
        ("+abc1", False, True),
        ("10-01", False, False),
    ],
)
def test_a_trunk_number_is_e164_unless_the_check_is_off(
    description: Description, number: str, *, checked: bool, is_good: bool
) -> None:
    body = {
        "provider": "byo-phone-number",
        "credentialId": "c",
        "number": number,
        "numberE164CheckEnabled": checked,
    }
    assert (check(body, description.create["byo-phone-number"], description) == []) is is_good
