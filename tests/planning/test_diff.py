"""What counts as a difference between a manifest and its number."""

from typing import Any, Literal

import pytest

from reconciler.model import Binding, Json, Lifecycle, LockEntry, Secret, SecretMark
from reconciler.planning.diff import Knowledge, compare, not_taken
from reconciler.planning.secrecy import fingerprint
from tests.planning.numbers import desired, live, provider

CREDENTIALS = {"username": "u" * 20, "password": Secret("p" * 20)}


def paths(spec: dict[str, Json], body: dict[str, Any], known: Knowledge = Knowledge()) -> list[str]:
    held = live("1", {"name": "a", **body})
    return [each.path for each in compare(desired("a", spec), held, provider(), known).changes]


@pytest.mark.parametrize(
    ("spec", "body"),
    [
        ({}, {"assistantId": None}),
        ({}, {"hooks": []}),
        ({}, {"server": {}}),
        ({"server": {"url": "https://x"}}, {"server": {"url": "https://x", "timeoutSeconds": 20}}),
        ({"server": {"url": "https://x", "timeoutSeconds": 20}}, {"server": {"url": "https://x"}}),
        ({"sipUri": "sip:A@sip.vapi.ai"}, {"sipUri": "sip:a@SIP.VAPI.AI"}),
        ({}, {"latestVersion": 3, "providerResourceId": "PN1"}),
        ({"numberDesiredAreaCode": "415"}, {"number": "+14155550100"}),
        ({"numberDesiredAreaCode": "415"}, {}),
    ],
)
def test_it_is_the_same(spec: dict[str, Json], body: dict[str, Any]) -> None:
    assert paths(spec, body) == []


@pytest.mark.parametrize(
    ("spec", "body", "changed"),
    [
        ({"assistantId": "x"}, {}, ["assistantId"]),
        ({}, {"assistantId": "x"}, ["assistantId"]),
        (
            {},
            {"server": {"url": "https://x", "timeoutSeconds": 30}},
            ["server.timeoutSeconds", "server.url"],
        ),
        (
            {"server": {"url": "https://x"}},
            {"server": {"url": "https://x", "timeoutSeconds": 30}},
            ["server.timeoutSeconds"],
        ),
        ({}, {"sipUri": "sip:a@sip.vapi.ai"}, ["sipUri"]),
    ],
)
def test_it_differs(spec: dict[str, Json], body: dict[str, Any], changed: list[str]) -> None:
    assert sorted(paths(spec, body)) == changed


def test_hooks_keep_their_order() -> None:
    say: list[Json] = [
        {"on": "call.ending", "do": {"type": "say", "exact": words}} for words in ("one", "two")
    ]
    assert paths({"hooks": say}, {"hooks": say}) == []
    assert paths({"hooks": say}, {"hooks": say[::-1]}) == ["hooks[0].do.exact", "hooks[1].do.exact"]


@pytest.mark.parametrize("shown", ["********", None])
def test_a_secret_that_is_not_shown_is_no_drift(shown: str | None) -> None:
    body = {"authentication": {"username": "u" * 20, "password": shown}}
    difference = compare(
        desired("a", {"authentication": CREDENTIALS}), live("1", {"name": "a", **body}), provider()
    )
    assert difference.changes == ()
    assert difference.uncompared == ("authentication.password",)


def test_a_secret_that_is_shown_is_compared() -> None:
    body = {"authentication": {"username": "u" * 20, "password": "q" * 20}}
    assert paths({"authentication": CREDENTIALS}, body) == ["authentication.password"]


@pytest.mark.parametrize(
    ("remembered", "changed"), [("p" * 20, []), ("old", ["authentication.password"])]
)
def test_a_rotated_secret_is_seen_though_it_is_not_shown(
    remembered: str, changed: list[str]
) -> None:
    mark = SecretMark(fingerprint("salt", remembered))
    entry = LockEntry("1", "vapi", secrets={"authentication.password": mark})
    body = {"authentication": {"username": "u" * 20}}
    assert paths({"authentication": CREDENTIALS}, body, Knowledge(entry, "salt")) == changed


def test_a_secret_that_was_never_applied_is_new() -> None:
    entry = LockEntry("1", "vapi", applied={"name": "a"})
    body = {"authentication": {"username": "u" * 20}}
    changed = paths({"authentication": CREDENTIALS}, body, Knowledge(entry, "salt"))
    assert changed == ["authentication.password"]


def test_a_secret_that_was_applied_and_never_shown_is_cleared() -> None:
    entry = LockEntry("1", "twilio", {"name": "a"}, {"twilioAuthToken": SecretMark("f")})
    wanted = desired("a", {"number": "+14155550100"}, provider="twilio")
    held = live("1", {"name": "a", "number": "+14155550100"}, provider="twilio")
    difference = compare(wanted, held, provider("twilio"), Knowledge(entry, "salt"))
    assert difference.body == {"twilioAuthToken": None}


@pytest.mark.parametrize("shown", [{"twilioAuthToken": "********"}, {}])
def test_a_secret_that_is_left_to_the_live_side_is_neither_cleared_nor_in_the_way(
    shown: dict[str, str],
) -> None:
    spec: dict[str, Json] = {"number": "+14155550100", "twilioAuthToken": Secret("t")}
    mine = Lifecycle(ignore_changes=(("twilioAuthToken",),))
    wanted = desired("a", {**spec, "name": "New"}, provider="twilio", lifecycle=mine)
    held = live("1", {"name": "a", "number": "+14155550100", **shown}, provider="twilio")
    mark = SecretMark(fingerprint("salt", "t"), shown=bool(shown))
    entry = LockEntry("1", "twilio", {"name": "a"}, {"twilioAuthToken": mark})
    difference = compare(wanted, held, provider("twilio"), Knowledge(entry, "salt"))
    assert (difference.body, difference.unsendable) == ({"name": "New"}, ())


def test_a_secret_that_was_shown_and_is_gone_was_removed() -> None:
    mark = SecretMark(fingerprint("salt", "t"), shown=True)
    entry = LockEntry("1", "vapi", secrets={"server.headers.X-Token": mark})
    spec: dict[str, Json] = {"server": {"url": "https://x", "headers": {"X-Token": Secret("t")}}}
    body = {"server": {"url": "https://x"}}
    assert paths(spec, body, Knowledge(entry, "salt")) == ["server.headers.X-Token"]


def test_a_secret_change_carries_no_value() -> None:
    held = live("1", {"name": "a", "server": {"headers": {"X-Token": "old-value"}}})
    wanted = desired("a", {"server": {"headers": {"X-Token": Secret("new-value")}}})
    (change,) = compare(wanted, held, provider()).changes
    assert (change.before, change.after, change.sensitive) == ("(sensitive)", "(sensitive)", True)


def test_a_secret_in_an_ordinary_field_is_compared_by_its_value() -> None:
    spec: dict[str, Json] = {"server": {"url": Secret("https://x")}}
    assert paths(spec, {"server": {"url": "https://x"}}) == []
    assert paths(spec, {"server": {"url": "https://y"}}) == ["server.url"]


def test_another_provider_is_a_change_that_only_a_new_number_takes() -> None:
    wanted = desired("a", {"number": "+14155550100"}, provider="twilio")
    difference = compare(wanted, live("1", provider="telnyx"), provider("twilio"))
    assert [each.path for each in difference.fixed] == ["provider"]


def test_digits_in_place_of_the_only_sip_uri_are_a_change_that_only_a_new_number_takes() -> None:
    wanted = desired("a", {"numberDesiredAreaCode": "415"})
    held = live("1", {"name": "a", "sipUri": "sip:a@sip.vapi.ai"})
    (change,) = compare(wanted, held, provider()).fixed
    assert (change.path, change.before, change.after) == ("numberDesiredAreaCode", None, "415")


def test_a_sip_uri_beside_digits_can_be_cleared() -> None:
    wanted = desired("a", {"numberDesiredAreaCode": "415"})
    held = live("1", {"name": "a", "sipUri": "sip:a@sip.vapi.ai", "number": "+14155550100"})
    found = compare(wanted, held, provider())
    assert (found.fixed, found.body) == ((), {"sipUri": None})


def test_what_the_answer_does_not_show_was_not_taken() -> None:
    answer = live("1", {"name": "a", "squadId": "kept", "server": {"url": "https://x"}})
    sent: dict[str, Json] = {"squadId": None, "server": {"url": "https://x", "timeoutSeconds": 30}}
    assert not_taken(sent, answer, provider()) == ("squadId", "server.timeoutSeconds")


def test_a_secret_that_the_answer_hides_is_no_proof() -> None:
    answer = live("1", {"authentication": {"username": "u" * 20}})
    assert not_taken({"authentication": CREDENTIALS}, answer, provider()) == ()


@pytest.mark.parametrize("how", ["id", "sipUri", "name"])
def test_what_a_bound_number_is_called_by_is_not_cleared(
    how: Literal["id", "sipUri", "name"],
) -> None:
    held = live("1", {"name": "a", "sipUri": "sip:a@sip.vapi.ai", "assistantId": "x"})
    bound = desired("a", binding=Binding(how, "whatever"))
    assert [each.path for each in compare(bound, held, provider()).changes] == ["assistantId"]


def test_what_a_bound_number_is_called_by_can_still_be_changed() -> None:
    held = live("1", {"name": "a", "sipUri": "sip:a@sip.vapi.ai"})
    bound = desired("a", {"sipUri": "sip:b@sip.vapi.ai"}, binding=Binding("id", "1"))
    assert [each.path for each in compare(bound, held, provider()).changes] == ["sipUri"]


def test_kept_fields_give_way_where_only_one_of_them_may_be_set() -> None:
    keep = Knowledge(keep_undeclared=True)
    held = {"squadId": "s", "server": {"url": "https://kept.example"}}
    assert paths({"assistantId": "x"}, held, keep) == ["assistantId", "squadId"]
    assert paths({}, held, keep) == []
