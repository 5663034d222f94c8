"""What manifests and lock let expect where no account is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from reconciler.model import (
    Binding,
    Desired,
    Forecast,
    Json,
    Lifecycle,
    Lock,
    LockEntry,
    Secret,
    SecretMark,
    State,
    Undeclared,
)
from reconciler.planning import OfflineSituation, make_forecast
from reconciler.planning.memory import remembered
from tests.planning.numbers import FIELDS, desired, live, lock, provider

SIP: dict[str, Any] = {"sipUri": "sip:a@sip.vapi.ai"}
HOOK: dict[str, Any] = {"server": {"url": "https://a.example", "headers": {"X-Team": "red"}}}


def foresee(wanted: Sequence[Desired], locked: Lock = Lock(), **more: Any) -> Forecast:
    known = OfflineSituation("prod", "https://api.vapi.ai", tuple(wanted), FIELDS, locked, **more)
    return make_forecast(known)


def applied(*each: Desired) -> Lock:
    """The lock as it is once these are applied."""
    entries = {
        one.key: remembered(one, live(one.key, one.spec, provider=one.provider), provider(), "salt")
        for one in each
    }
    return Lock("salt", "", entries)


def outlooks(made: Forecast) -> dict[str, str]:
    return {each.address.removeprefix("PhoneNumber/"): each.outlook.value for each in made.expected}


def changed(before: Mapping[str, Json], after: Mapping[str, Json], **more: Any) -> list[str]:
    made = foresee([desired("a", after)], applied(desired("a", before)), **more)
    return [change.path for each in made.expected for change in each.changes]


def test_what_the_lock_does_not_know_is_new() -> None:
    (expected,) = foresee([desired("a", SIP)]).expected
    assert (expected.outlook.value, expected.source) == ("new", desired("a").source)
    assert "unless the account holds it already" in expected.why


def test_credentials_that_an_earlier_lock_holds_are_not_shown() -> None:
    entry = LockEntry("1", "vapi", {"server": {"url": "https://u:hunter2@a.example"}})
    (expected,) = foresee([desired("a", HOOK)], Lock("salt", "", {"a": entry})).expected
    url = next(each for each in expected.changes if each.path == "server.url")
    assert (url.before, url.after, url.sensitive) == (Secret.SHOWN, Secret.SHOWN, True)


def test_a_bound_number_that_the_lock_does_not_know_is_said_to_be_bound() -> None:
    bound = desired("a", SIP, binding=Binding("number", "+14155550100"))
    (expected,) = foresee([bound]).expected
    assert "bound to number +14155550100: not looked for" in expected.why


def test_what_says_what_was_last_applied_is_not_listed() -> None:
    one = desired("a", SIP | HOOK)
    assert foresee([one], applied(one)).expected == ()


def test_a_changed_value_is_told_by_its_path() -> None:
    assert changed(SIP | HOOK, SIP) == ["server.headers.X-Team", "server.url"]
    assert changed(SIP, SIP | {"assistantId": "x"}) == ["assistantId"]
    assert changed(SIP, {"sipUri": "sip:A@sip.vapi.ai"}) == []


def test_a_value_that_is_left_out_is_no_change_where_undeclared_is_kept() -> None:
    assert changed(SIP | {"assistantId": "x"}, SIP, undeclared=Undeclared.KEEP) == []


def test_a_value_that_is_left_to_the_live_side_is_no_change() -> None:
    one = desired("a", SIP | HOOK, lifecycle=Lifecycle(ignore_changes=(("server", "url"),)))
    before = desired("a", SIP | {"server": HOOK["server"] | {"url": "https://b.example"}})
    assert foresee([one], applied(before)).expected == ()


def test_a_value_that_is_given_once_says_so() -> None:
    one = desired("a", {"numberDesiredAreaCode": "415"})
    made = foresee([one], applied(desired("a", {"numberDesiredAreaCode": "212"})))
    assert [each.note for each in made.expected[0].changes] == ["given once, at creation"]
    other = foresee([desired("a", {"number": "+14155550100"}, provider="twilio")], applied(one))
    assert [each.path for each in other.expected[0].changes] == ["provider"]


def test_a_secret_that_was_not_read_is_not_compared() -> None:
    path = ("server", "headers", "X-Token")
    hidden: dict[str, Any] = {
        "server": {"url": "https://a.example", "headers": {"X-Token": Secret("new")}}
    }
    before: dict[str, Any] = {
        "server": {"url": "https://a.example", "headers": {"X-Token": Secret("old")}}
    }
    locked = applied(desired("a", SIP | before))
    unread = replace(desired("a", SIP | hidden), unread=(path,))
    made = foresee([unread], locked)
    assert made.expected == ()
    assert made.not_compared == (("PhoneNumber/a", "server.headers.X-Token"),)
    (change,) = foresee([desired("a", SIP | hidden)], locked).expected[0].changes
    assert (change.path, change.sensitive) == ("server.headers.X-Token", True)


def test_a_name_that_was_not_looked_up_is_not_compared() -> None:
    one = replace(desired("a", SIP), unread=(("assistantId",),))
    made = foresee([one], applied(desired("a", SIP | {"assistantId": "x"})))
    assert made.expected == ()


@pytest.mark.parametrize(("known", "outlook"), [(lock(a="1"), "released"), (Lock(), "unknown")])
def test_a_tombstone_releases_what_the_lock_knows(known: Lock, outlook: str) -> None:
    gone = desired("a", SIP, lifecycle=Lifecycle(state=State.ABSENT))
    assert outlooks(foresee([gone], known)) == {"a": outlook}


def test_a_manifest_that_is_gone_releases_its_number_unless_it_was_renamed() -> None:
    assert outlooks(foresee([desired("b", SIP)], lock(a="1"))) == {"a": "released", "b": "new"}
    renamed = desired("b", SIP, previously=("a",))
    assert outlooks(foresee([renamed], lock(a="1"))) == {"b": "unknown"}


def test_a_manifest_that_stood_at_the_base_revision_releases_its_number() -> None:
    made = foresee([desired("b", SIP)], former=(desired("a", SIP),))
    assert outlooks(made) == {"a": "released", "b": "new"}
    assert "where the account holds it" in made.expected[0].why


def test_nothing_is_said_of_what_the_lock_only_binds() -> None:
    entries = {"a": LockEntry("1", "vapi", secrets={"x": SecretMark("y")})}
    assert outlooks(foresee([desired("a", SIP)], Lock("salt", "", entries))) == {"a": "unknown"}


def test_what_is_not_selected_is_not_told() -> None:
    both = [desired("a", SIP), desired("b", SIP)]
    assert outlooks(foresee(both, lock(c="1"), selected=frozenset({"b"}))) == {"b": "new"}
