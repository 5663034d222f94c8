"""What was read from elsewhere is seen by nobody, whatever became of its reference."""

from dataclasses import replace
from typing import Any

import pytest

from reconciler.errors import InputError
from reconciler.model import (
    Directory,
    Json,
    Live,
    Lock,
    LockEntry,
    Secret,
    SecretMark,
    State,
    Undeclared,
)
from reconciler.model import Lifecycle as Life
from reconciler.planning.memory import remembered
from reconciler.planning.secrecy import fingerprint
from tests.planning.numbers import desired, live, plan, provider

CANARY = "canary-0123456789"
SHOWN = Secret.SHOWN


def locked(**read: str) -> Lock:
    """A lock that remembers secrets by path; `__` stands for a dot."""
    marks = {
        path.replace("__", "."): SecretMark(fingerprint("salt", value), shown=True)
        for path, value in read.items()
    }
    return Lock("salt", "", {"a": LockEntry("1", "vapi", {"name": SHOWN}, marks)})


def number(**body: Any) -> Live:
    return live("1", {"name": "a", **body})


def changes(spec: dict[str, Json], held: Live, **known: Any) -> dict[str, tuple[Json, Json, bool]]:
    (operation,) = plan([desired("a", spec)], [held], **known).operations
    return {each.path: (each.before, each.after, each.sensitive) for each in operation.changes}


def test_a_secret_stays_hidden_where_a_text_takes_its_place() -> None:
    held = number(server={"url": CANARY})
    spec: dict[str, Json] = {"server": {"url": "https://a.example"}}
    assert changes(spec, held, lock=locked(server__url=CANARY)) == {
        "server.url": (SHOWN, SHOWN, True)
    }


def test_a_secret_stays_hidden_where_its_field_is_cleared() -> None:
    found = changes({}, number(server={"url": CANARY}), lock=locked(server__url=CANARY))
    assert found == {"server.url": (SHOWN, None, True)}


def test_what_somebody_typed_over_a_secret_is_hidden_too() -> None:
    held = number(server={"url": "https://typed.example"})
    read: dict[str, Json] = {"server": {"url": Secret(CANARY)}}
    for spec in ({}, read):
        (found,) = changes(spec, held, lock=locked(server__url=CANARY)).values()
        assert (found[0], found[2]) == (SHOWN, True)


def test_other_fields_are_shown_as_they_are() -> None:
    held = number(server={"url": CANARY, "timeoutSeconds": 30}, assistantId="x")
    found = changes({}, held, lock=locked(server__url=CANARY))
    assert found["server.timeoutSeconds"] == (30, None, False)
    assert found["assistantId"] == ("x", None, False)


def test_a_secret_that_moved_within_a_list_is_hidden() -> None:
    says: Any = [{"on": "call.ringing", "do": [{"type": "say", "exact": CANARY}]}]
    other: Any = {"on": "call.ending", "do": {"type": "say", "exact": "we are closed"}}
    held = number(hooks=[other, *says])
    (found,) = changes({}, held, lock=locked(**{"hooks[0]__do[0]__exact": CANARY})).values()
    assert found[0] == [
        other,
        {"on": "call.ringing", "do": [{"type": "say", "exact": SHOWN}]},
    ]


def test_a_list_with_a_secret_is_hidden_where_nothing_is_remembered() -> None:
    say: Any = {"type": "say", "exact": Secret(CANARY)}
    spec: dict[str, Json] = {"hooks": [{"on": "call.ringing", "do": [say]}]}
    held_say = {"type": "say", "exact": f"now: {CANARY}"}
    held = number(hooks=[{"on": "call.ringing", "do": [held_say]}] * 2)
    assert CANARY not in str(changes(spec, held))


def test_what_a_mask_hides_is_no_secret_of_ours() -> None:
    held = number(server={"url": "********"}, assistantId="********")
    found = changes({}, held, lock=locked(server__url=CANARY))
    assert found["assistantId"][0] == "********"


@pytest.mark.parametrize("tombstone", [True, False])
def test_a_release_shows_no_secret_that_a_number_is_known_by(tombstone: bool) -> None:
    held = number(name=CANARY, sipUri="sip:x@sip.vapi.ai")
    other = desired("b")
    gone = desired("a", lifecycle=Life(state=State.ABSENT))
    made = plan(
        [other, gone] if tombstone else [other],
        [held, live("2", {"name": "b"})],
        lock=locked(name=CANARY, sipUri="sip:x@sip.vapi.ai"),
    )
    (operation,) = made.operations
    assert {each.before for each in operation.changes} == {SHOWN}
    assert operation.label == SHOWN


def test_a_number_with_the_name_of_a_secret_is_listed_without_it() -> None:
    twin = live("2", {"name": CANARY})
    for lock, spec in ((locked(name=CANARY), {}), (locked(), {"name": Secret(CANARY)})):
        made = plan([desired("a", dict(spec))], [number(name=CANARY), twin], lock=lock)
        assert [each.name for each in made.unmanaged] == [SHOWN]


def test_candidates_are_listed_without_the_secret_that_they_share() -> None:
    twins = [live(each, {"name": CANARY}) for each in ("1", "2")]
    with pytest.raises(InputError, match="could be any") as raised:
        plan([desired("a", {"name": Secret(CANARY)})], twins)
    assert CANARY not in raised.value.message


def test_a_number_that_looks_like_another_is_described_without_its_secret() -> None:
    held = number(name=CANARY, sipUri="sip:x@sip.vapi.ai")
    wanted = desired("b", {"sipUri": "sip:x@sip.vapi.ai"})
    made = plan([wanted], [held], lock=locked(name=CANARY))
    assert "looks like a" in made.blocked[0].message
    assert CANARY not in made.blocked[0].message


def test_a_value_that_only_a_new_number_takes_is_refused_without_showing_it() -> None:
    held = live("1", {"name": "a", "number": "+14155550100", "numberDesiredAreaCode": CANARY})
    wanted = desired("a", {"numberDesiredAreaCode": "628"})
    (blocked,) = plan([wanted], [held], lock=locked(numberDesiredAreaCode=CANARY)).blocked
    assert (blocked.guard, CANARY in blocked.message) == ("immutable", False)


def test_the_precondition_is_no_digest_of_a_secret() -> None:
    spec: dict[str, Json] = {"server": {"url": Secret(CANARY)}, "assistantId": "new"}

    def precondition(url: str) -> str:
        (operation,) = plan([desired("a", spec)], [number(server={"url": url})]).operations
        assert operation.precondition
        return operation.precondition.fingerprint

    assert precondition(CANARY) == precondition("another")


def test_what_is_left_on_the_account_is_remembered_as_the_secret_that_it_is() -> None:
    before = remembered(
        desired("a", {"server": {"url": Secret(CANARY)}}),
        number(server={"url": CANARY}),
        provider(),
        "salt",
    )
    held = number(server={"url": CANARY})
    after = remembered(desired("a"), held, provider(), "salt", before)
    assert after.secrets["server.url"] == SecretMark(
        fingerprint("salt", CANARY), shown=True, declared=False
    )
    lock = Lock("salt", "", {"a": after})
    assert not plan([desired("a")], [held], lock=lock, undeclared=Undeclared.KEEP).operations
    found = changes({"server": {"url": "https://a.example"}}, held, lock=lock)
    assert found == {"server.url": (SHOWN, SHOWN, True)}
    cleared = remembered(desired("a"), number(), provider(), "salt", after)
    assert cleared.secrets == {}


def test_a_secret_that_is_left_does_not_make_a_manifest_another() -> None:
    held = number(server={"url": CANARY}, assistantId="x")
    entry = remembered(desired("a"), held, provider(), "salt")
    mark = SecretMark(fingerprint("salt", CANARY), shown=True, declared=False)
    entry = replace(entry, secrets={"server.url": mark})
    (operation,) = plan([desired("a")], [held], lock=Lock("salt", "", {"a": entry})).operations
    assert operation.reason == "drifted"


BY_USER = f"https://user:{CANARY}@x.example.com"
BY_PARAMETER = f"https://x.example.com/?token={CANARY}"
CREDENTIALED = pytest.mark.parametrize("url", [BY_USER, BY_PARAMETER])


@CREDENTIALED
def test_credentials_that_somebody_typed_into_a_url_are_hidden(url: str) -> None:
    hello: Any = [{"on": "call.ringing", "do": [{"type": "say", "exact": f"see {url}"}]}]
    found = changes({"server": {"url": "https://a.example"}}, number(server={"url": url}))
    assert found == {"server.url": (SHOWN, SHOWN, True)}
    found = changes({}, number(server={"url": url}, hooks=hello))
    assert found["server.url"] == (SHOWN, None, True)
    assert found["hooks"][0] == [
        {"on": "call.ringing", "do": [{"type": "say", "exact": SHOWN}]},
    ]


def test_an_address_with_a_user_is_shown() -> None:
    found = changes({"sipUri": "sip:b@sip.vapi.ai"}, number(sipUri="sip:a@sip.vapi.ai"), lock=own())
    assert found["sipUri"] == ("sip:a@sip.vapi.ai", "sip:b@sip.vapi.ai", False)


def own() -> Lock:
    return Lock("salt", "", {"a": LockEntry("1", "vapi")})


@CREDENTIALED
def test_a_create_hides_credentials_that_a_manifest_shows(url: str) -> None:
    (operation,) = plan([desired("a", {"server": {"url": url}})], []).operations
    told = {each.path: (each.after, each.sensitive) for each in operation.changes}
    assert told["server.url"] == (SHOWN, True)
    assert operation.body["server"] == {"url": url}


@CREDENTIALED
def test_the_lock_remembers_credentials_by_fingerprint_and_their_plan_is_empty(url: str) -> None:
    wanted, held = desired("a", {"server": {"url": url}}), number(server={"url": url})
    entry = remembered(wanted, held, provider(), "salt")
    assert CANARY not in repr(entry)
    assert entry.secrets == {"server.url": SecretMark(fingerprint("salt", url), shown=True)}
    locked = Lock("salt", "", {"a": entry})
    assert not plan([wanted], [held], lock=locked).operations
    other = number(server={"url": "https://a.example"})
    (operation,) = plan([wanted], [other], lock=locked).operations
    assert (operation.reason, CANARY in str(operation.changes)) == ("drifted", False)


def test_a_number_that_is_named_like_a_url_with_credentials_is_listed_without_it() -> None:
    strangers = [live("2", {"name": BY_USER}), live("3", {"name": BY_USER}, provider="future")]
    made = plan([desired("a")], [number(), *strangers])
    assert [each.name for each in made.unmanaged] == [SHOWN, SHOWN]


def test_credentials_in_what_only_a_new_number_takes_are_refused_without_showing_them() -> None:
    held = live("1", {"name": "a", "number": "+14155550100", "numberDesiredAreaCode": BY_USER})
    (blocked,) = plan([desired("a", {"numberDesiredAreaCode": "628"})], [held]).blocked
    assert (blocked.guard, CANARY in blocked.message) == ("immutable", False)


def test_a_reference_with_credentials_that_leads_nowhere_is_told_without_them() -> None:
    nobody = Directory({"assistant": ()})
    made = plan([desired("a", {"assistantId": BY_USER})], [], directory=nobody)
    assert [CANARY in each.message for each in made.warnings] == [False]


def test_the_fields_of_no_provider_are_hidden_by_their_value() -> None:
    stranger = live("2", {"name": CANARY}, provider="future")
    made = plan([desired("a")], [number(), stranger], lock=locked(name=CANARY))
    assert [each.name for each in made.unmanaged] == [SHOWN]
