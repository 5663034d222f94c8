"""The generated JSON Schema: what it takes, and that each mistake is one error at its field."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator, ValidationError

from reconciler.schema.packaged import load_manifest_schema

SCHEMA = load_manifest_schema()
VALIDATOR = Draft202012Validator(SCHEMA)

FULL: dict[str, Any] = {
    "apiVersion": "vapi-reconciler/v1",
    "kind": "PhoneNumber",
    "metadata": {"name": "support-us", "labels": {"team": "support"}, "previously": ["support"]},
    "lifecycle": {
        "state": "present",
        "preventDestroy": True,
        "onImmutableChange": "replace",
        "ignoreChanges": ["server.headers"],
    },
    "binding": {"number": "+14155550100"},
    "spec": {
        "provider": "vapi",
        "name": "Support US",
        "sipUri": "sip:support@sip.vapi.ai",
        "authentication": {"username": "u" * 20, "password": {"env": "SIP_PASSWORD"}},
        "assistantId": {"name": "Support bot"},
        "server": {
            "url": {"file": "url.txt"},
            "timeoutSeconds": 20.5,
            "headers": {"X-Token": {"env": "HOOK_TOKEN"}, "X-Plain": "text"},
            "backoffPlan": {
                "type": "fixed",
                "maxRetries": 1,
                "baseDelaySeconds": 1,
                "excludedStatusCodes": [400],
            },
        },
        "fallbackDestination": {
            "type": "number",
            "number": "+14155550101",
            "message": "One moment",
            "transferPlan": {
                "mode": "warm-transfer-experimental",
                "sipVerb": "dial",
                "message": {"type": "custom-message", "content": "Hello"},
                "contextEngineeringPlan": {"type": "lastNMessages", "maxMessages": 3},
                "summaryPlan": {"messages": [{"role": "system", "content": "Sum up"}]},
            },
        },
        "hooks": [
            {
                "on": "call.ringing",
                "filters": [{"type": "startsWith", "key": "number", "startsWith": ["49"]}],
                "do": [{"type": "say", "exact": "Hello"}],
            },
            {
                "on": "call.ending",
                "filters": [
                    {
                        "type": "oneOf",
                        "key": "call.endedReason",
                        "oneOf": ["assistant-request-failed"],
                    }
                ],
                "do": {
                    "type": "transfer",
                    "destination": {"type": "sip", "sipUri": "sip:a@example.com"},
                },
            },
        ],
    },
}

MINIMAL: dict[str, dict[str, Any]] = {
    "vapi": {"provider": "vapi", "numberDesiredAreaCode": "415"},
    "twilio": {"provider": "twilio", "number": "+14155550100", "twilioAccountSid": "AC1"},
    "vonage": {"provider": "vonage", "number": "+14155550100", "credentialId": {"name": "V"}},
    "telnyx": {"provider": "telnyx", "number": "+14155550100", "credentialId": "c-1"},
    "byo-phone-number": {"provider": "byo-phone-number", "credentialId": {"gitops": "trunk"}},
}


def manifest(spec: object, **others: Any) -> dict[str, Any]:
    return {
        "apiVersion": "vapi-reconciler/v1",
        "kind": "PhoneNumber",
        "metadata": {"name": "support-us"},
        "spec": spec,
        **others,
    }


def errors(value: object) -> list[ValidationError]:
    return list(VALIDATOR.iter_errors(value))


def changed(path: str, value: object) -> dict[str, Any]:
    """FULL with one thing put at a dotted path."""
    result = deepcopy(FULL)
    holder: Any = result
    *way, last = path.split(".")
    for step in way:
        holder = holder[int(step) if step.isdigit() else step]
    holder[int(last) if last.isdigit() else last] = value
    return result


def without(path: str) -> dict[str, Any]:
    result = changed(path, None)
    holder: Any = result
    *way, last = path.split(".")
    for step in way:
        holder = holder[int(step) if step.isdigit() else step]
    del holder[last]
    return result


def test_the_schema_is_one_of_its_draft_to_both_validators() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert jsonschema_rs.validator_for(SCHEMA).is_valid(FULL)


def test_a_full_manifest_is_valid() -> None:
    assert errors(FULL) == []


@pytest.mark.parametrize("provider", MINIMAL)
def test_the_least_that_a_create_needs_is_valid(provider: str) -> None:
    assert errors(manifest(MINIMAL[provider])) == []


@pytest.mark.parametrize("provider", MINIMAL)
def test_a_tombstone_needs_nothing_but_its_provider(provider: str) -> None:
    tombstone = manifest({"provider": provider}, lifecycle={"state": "absent"})
    assert errors(tombstone) == []


@pytest.mark.parametrize(
    ("provider", "field"),
    [
        (provider, field)
        for provider in ("twilio", "vonage", "telnyx", "byo-phone-number")
        for field in MINIMAL[provider]
        if field != "provider"
    ],
)
def test_a_field_that_a_create_needs_is_missed_by_name(provider: str, field: str) -> None:
    spec = {key: value for key, value in MINIMAL[provider].items() if key != field}
    assert [(error.json_path, error.message) for error in errors(manifest(spec))] == [
        ("$.spec", f"{field!r} is a required property")
    ]


@pytest.mark.parametrize(
    "spec", [{"name": "x", "wrong": 1}, {"provider": "skype", "wrong": 1}, "vapi", None]
)
def test_without_a_known_provider_nothing_else_of_the_spec_is_judged(spec: object) -> None:
    assert len(errors(manifest(spec))) == 1


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("apiVersion", "v2"),
        ("kind", "Assistant"),
        ("metadata.name", "Support_US"),
        ("metadata.name", "a" * 41),
        ("metadata.labels.team", 1),
        ("metadata.owner", "me"),
        ("metadata.previously.0", "Old Name"),
        ("lifecycle.state", "gone"),
        ("lifecycle.preventDestroy", "no"),
        ("lifecycle.onImmutableChange", "recreate"),
        ("lifecycle.prevent", True),
        ("binding", {}),
        ("binding", {"id": "1", "name": "x"}),
        ("binding", {"key": "1"}),
        ("binding", {"id": "1", "key": "1"}),
        ("binding.number", 14155550100),
        ("spec.name", "x" * 41),
        ("spec.name", 5),
        ("spec.sipUrl", "sip:a@b"),
        ("spec.status", "active"),
        ("spec.assistantId", {"name": "a", "gitops": "b"}),
        ("spec.assistantId", {"names": "a"}),
        ("spec.assistantId", {}),
        ("spec.sipUri", {"name": "a"}),
        ("spec.authentication.password", {"env": "A", "file": "b"}),
        ("spec.authentication.password", {"env": "A", "default": "b"}),
        ("spec.authentication.password", {"env": 1}),
        ("spec.authentication.username", "short"),
        ("spec.server", []),
        ("spec.server.timeoutSeconds", 0),
        ("spec.server.timeoutSeconds", "20"),
        ("spec.server.timeoutSeconds", True),
        ("spec.server.headers.X-Plain", 1),
        ("spec.server.secret", "x"),
        ("spec.server.backoffPlan.type", "linear"),
        ("spec.server.backoffPlan.type", 1),
        ("spec.server.backoffPlan.excludedStatusCodes.0", "400"),
        ("spec.fallbackDestination", "+14155550100"),
        ("spec.fallbackDestination.type", "assistant"),
        ("spec.fallbackDestination.type", {"env": "KIND"}),
        ("spec.fallbackDestination.sipUri", "sip:a@b"),
        ("spec.fallbackDestination.number", "1"),
        ("spec.fallbackDestination.message", 5),
        ("spec.fallbackDestination.transferPlan.mode", "warm"),
        ("spec.fallbackDestination.transferPlan.sipVerb", "invite"),
        ("spec.fallbackDestination.transferPlan.message.type", "text"),
        ("spec.fallbackDestination.transferPlan.message", {"env": "A", "type": "custom-message"}),
        ("spec.fallbackDestination.transferPlan.contextEngineeringPlan.type", "some"),
        ("spec.fallbackDestination.transferPlan.contextEngineeringPlan.maxMessages", -1),
        ("spec.hooks", {}),
        ("spec.hooks.0", "call.ringing"),
        ("spec.hooks.0.on", "call.started"),
        ("spec.hooks.0.do", {"type": "say", "exact": "Hello"}),
        ("spec.hooks.0.do.0.type", "sing"),
        ("spec.hooks.0.do.0.words", "Hello"),
        ("spec.hooks.0.filters.0.startsWith", "49"),
        ("spec.hooks.1.filters.0.oneOf.0", "hangup"),
        ("spec.hooks.1.do.destination.type", "squad"),
    ],
)
def test_one_mistake_is_one_error_at_its_place(path: str, value: object) -> None:
    found = errors(changed(path, value))
    place = ".".join(str(step) for step in found[0].absolute_path)
    unknown_key = found[0].validator == "additionalProperties"
    assert len(found) == 1
    assert path.startswith(place) if unknown_key else place.startswith(path)


@pytest.mark.parametrize(
    "path",
    [
        "apiVersion",
        "metadata.name",
        "spec",
        "spec.provider",
        "spec.authentication.username",
        "spec.fallbackDestination.type",
        "spec.fallbackDestination.number",
        "spec.hooks.0.do",
        "spec.hooks.1.on",
        "spec.hooks.1.do.destination.sipUri",
        "spec.server.backoffPlan.maxRetries",
    ],
)
def test_a_missing_key_is_one_error_that_names_it(path: str) -> None:
    found = errors(without(path))
    assert [each.message for each in found] == [
        f"{path.rpartition('.')[2]!r} is a required property"
    ]


@pytest.mark.parametrize("value", [None, [], "text", 1, {}])
def test_any_other_value_is_refused_and_never_a_fault_of_the_schema(value: object) -> None:
    assert errors(value)


def test_no_error_is_a_branch_that_did_not_fit() -> None:
    assert {"oneOf", "anyOf", "not"}.isdisjoint(_asserting(SCHEMA))


def test_every_key_of_a_manifest_is_described() -> None:
    silent = [path for path, each in _properties(SCHEMA, "") if not each.get("description")]
    assert silent == []


def test_an_editor_is_given_defaults_and_examples() -> None:
    server = SCHEMA["$defs"]["Server"]["properties"]
    area_code = SCHEMA["$defs"]["spec-vapi"]["properties"]["numberDesiredAreaCode"]
    assert server["timeoutSeconds"]["default"] == 20
    assert area_code["examples"] == ["415"]


def _asserting(schema: Any) -> Iterator[str]:
    """The keywords of a schema that can fail, so none below an `if`."""
    if isinstance(schema, list):
        for each in schema:
            yield from _asserting(each)
    if not isinstance(schema, dict):
        return
    for key, value in schema.items():
        if key in ("properties", "$defs"):
            yield from _asserting(list(value.values()))
        elif key != "if":
            yield key
            yield from _asserting(value)


def _properties(schema: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each property that a schema names outside the conditions of its branches."""
    if isinstance(schema, list):
        for each in schema:
            yield from _properties(each, path)
    if not isinstance(schema, dict):
        return
    for name, each in schema.get("properties", {}).items():
        if isinstance(each, dict) and not each.keys() <= {"enum", "$ref", "required"}:
            yield f"{path}.{name}", each
    for key, value in schema.items():
        if key in ("properties", "$defs"):
            for name, each in value.items():
                yield from _properties(each, f"{path}.{name}")
        elif key in ("then", "else", "items", "allOf", "additionalProperties"):
            yield from _properties(value, path)
