"""What a manifest says of a live number, and what it leaves out."""

from typing import Any

import pytest

from reconciler.model import Directory, Live, Resource, Secret
from reconciler.planning.adoption import Adopted, adopt
from tests.planning.numbers import FIELDS, live

SECRET = "canary-token-0123456789"  # noqa: S105 - made up
SIP = {"sipUri": "sip:a@sip.vapi.ai", "name": "A"}


def adopted(*held: Live, taken: tuple[str, ...] = ()) -> tuple[Adopted, ...]:
    return adopt(held, held, FIELDS, Directory(), taken)


def one(body: dict[str, Any], provider: str = "vapi", **kinds: tuple[Resource, ...]) -> Adopted:
    held = [live("1", body, provider=provider)]
    return adopt(held, held, FIELDS, Directory(kinds), ())[0]


def spec(body: dict[str, Any], provider: str = "vapi", **kinds: tuple[Resource, ...]) -> Any:
    return one(body, provider, **kinds).document["spec"]


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"name": "Support: US #1"}, "support-us-1"),
        ({"name": "Ünïcode"}, "unicode"),
        ({"name": "電話", "number": "+14155550100"}, "vapi"),
        ({"number": "+14155550100"}, "14155550100"),
        ({"sipUri": "sip:Office@sip.vapi.ai"}, "sip-office"),
        ({"name": "x" * 60}, "x" * 40),
        ({}, "vapi"),
        ({"name": f"https://a:{SECRET}@x", "number": "+14155550100"}, "14155550100"),
    ],
)
def test_a_key_comes_from_the_name_else_the_digits(body: dict[str, Any], key: str) -> None:
    assert one(body).key == key


def test_keys_are_unique_and_no_longer_than_allowed() -> None:
    held = [live(str(each), {"name": "x" * 40}) for each in range(3)]
    keys = [each.key for each in adopted(*held, taken=("x" * 40,))]
    assert keys == ["x" * 38 + "-2", "x" * 38 + "-3", "x" * 38 + "-4"]


def test_what_tells_a_number_comes_first_and_nested_values_last() -> None:
    server = {"headers": {"X-A": SECRET}, "timeoutSeconds": 30, "url": "https://x.example.com"}
    written = spec({"server": server, "assistantId": "a1", **SIP})
    assert list(written) == ["provider", "name", "sipUri", "assistantId", "server"]
    assert list(written["server"])[-1] == "headers"


def test_nulls_defaults_and_what_only_answers_carry_are_left_out() -> None:
    server = {"url": "https://x.example.com", "timeoutSeconds": 20, "headers": None}
    written = spec({**SIP, "squadId": None, "server": server, "orgId": "o", "hooks": []})
    assert written == {"provider": "vapi", **SIP, "server": {"url": "https://x.example.com"}}


def test_a_secret_becomes_a_variable_named_after_its_key_and_path() -> None:
    body = {"name": "Sales US", "number": "+1", "twilioAuthToken": SECRET}
    made = one(body, "twilio")
    assert spec(body, "twilio")["twilioAuthToken"] == {"env": "SALES_US_TWILIO_AUTH_TOKEN"}
    assert made.variables == ("SALES_US_TWILIO_AUTH_TOKEN",)
    assert SECRET not in str(made.document)
    assert made.spec["twilioAuthToken"] == Secret(SECRET)


@pytest.mark.parametrize(
    "url", [f"https://a:{SECRET}@b.example", f"https://b.example?sig={SECRET}"]
)
def test_a_url_that_holds_credentials_becomes_a_variable_wherever_it_stands(url: str) -> None:
    say: Any = {"type": "say", "exact": f"see {url}"}
    hooks = [{"on": "call.ringing", "do": [say]}]
    made = one({**SIP, "server": {"url": url}, "hooks": hooks})
    written: Any = made.document["spec"]
    assert written["server"] == {"url": {"env": "A_SERVER_URL"}}
    assert written["hooks"][0]["do"][0]["exact"] == {"env": "A_HOOKS_0_DO_0_EXACT"}
    assert SECRET not in repr(made.document) + repr(made.spec)


def test_no_two_secrets_share_a_variable() -> None:
    server = {"url": "https://x.example.com", "headers": {"X-Token": "a" * 9, "x_token": "b" * 9}}
    names = [
        name for each in adopted(live("1", {**SIP, "server": server})) for name in each.variables
    ]
    assert names == ["A_SERVER_HEADERS_X_TOKEN", "A_SERVER_HEADERS_X_TOKEN_2"]


@pytest.mark.parametrize("shown", [{}, {"password": "********"}])
def test_a_secret_that_is_not_shown_is_told_and_gets_its_variable(shown: dict[str, str]) -> None:
    made = one({**SIP, "authentication": {"username": "u" * 20, **shown}})
    assert made.unshown == ("authentication.password",)
    assert made.variables == ("A_AUTHENTICATION_PASSWORD",)


def test_an_id_becomes_a_name_that_only_one_resource_has() -> None:
    assistants = (Resource("a1", "Support bot"), Resource("a2", "Twin"), Resource("a3", "Twin"))
    named = [
        spec({**SIP, "assistantId": each}, assistant=assistants)["assistantId"]
        for each in ("a1", "a2", "gone")
    ]
    assert named == [{"name": "Support bot"}, "a2", "gone"]


def test_what_the_description_does_not_know_is_told_by_path() -> None:
    server = {"url": "https://x.example.com", "secret": SECRET, "old": None}
    made = one({**SIP, "server": server, "future": {"x": 1}, "past": None})
    assert made.unknown == ("server.secret", "future")
    assert SECRET not in str(made.document)


@pytest.mark.parametrize(
    ("body", "provider", "binding"),
    [
        ({"sipUri": "sip:a@sip.vapi.ai", "name": "A"}, "vapi", None),
        ({"number": "+14155550100", "name": "A"}, "vapi", {"number": "+14155550100"}),
        ({"number": "+14155550100", "name": "A"}, "twilio", None),
        ({"name": "A"}, "vapi", {"id": "1"}),
    ],
)
def test_a_number_is_bound_where_its_spec_does_not_tell_it(
    body: dict[str, Any], provider: str, binding: dict[str, str] | None
) -> None:
    assert one(body, provider).document.get("binding") == binding


def test_digits_that_two_numbers_have_bind_neither() -> None:
    twins = [live(each, {"number": "+14155550100"}) for each in ("1", "2")]
    assert [each.document["binding"] for each in adopted(*twins)] == [{"id": "1"}, {"id": "2"}]


def test_a_number_without_a_name_is_given_none() -> None:
    made = one({"sipUri": "sip:a@sip.vapi.ai"})
    assert made.document["lifecycle"] == {"ignoreChanges": ["name"]}


def test_half_a_surrogate_pair_is_replaced_since_no_file_can_hold_it() -> None:
    assert spec({**SIP, "name": "a\ud800b"})["name"] == "a\ufffdb"
