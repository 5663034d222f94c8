"""The plan document: written, read again, and only applied as it was reviewed."""

from dataclasses import replace
from json import dumps, loads
from typing import Any

import pytest

from reconciler.errors import GuardError, InputError
from reconciler.model import Blocked, Json, Plan, Secret
from reconciler.planning import as_reviewed, raise_if_altered, read_document, to_document
from reconciler.planning.document import digest
from tests.planning.numbers import desired, live, lock, plan


def made() -> Plan:
    wanted = [
        desired("a", {"sipUri": "sip:a@sip.vapi.ai"}),
        desired("b", {"server": {"url": "https://x", "headers": {"X-Token": Secret("canary")}}}),
    ]
    return plan(wanted, [live("1", {"name": "b", "assistantId": "old"}), live("2")])


def written(of: Plan) -> dict[str, Any]:
    document: dict[str, Any] = loads(dumps(to_document(of, "0.0.0")))
    return document


def test_what_is_written_is_read_again() -> None:
    document = written(made())
    assert written(read_document(document)) == document


def test_a_document_holds_no_secret() -> None:
    assert "canary" not in dumps(written(made()))


def test_a_later_minor_version_is_read() -> None:
    document = written(made()) | {"formatVersion": "1.7", "added": True}
    assert read_document(document | {"digest": digest(document)}).target == "prod"


def test_another_major_version_is_refused() -> None:
    with pytest.raises(InputError, match=r"format version 2\.0"):
        read_document(written(made()) | {"formatVersion": "2.0"})


def test_a_changed_document_is_refused() -> None:
    document = written(made())
    document["operations"][0]["address"] = "PhoneNumber/other"
    with pytest.raises(GuardError, match="changed after it was made"):
        raise_if_altered(document)


def test_a_document_without_a_digest_can_be_shown_and_not_applied() -> None:
    document = {key: value for key, value in written(made()).items() if key != "digest"}
    assert read_document(document).target == "prod"
    with pytest.raises(GuardError):
        raise_if_altered(document)


def test_what_is_no_plan_is_refused() -> None:
    with pytest.raises(InputError, match="not a plan document"):
        read_document([])


def test_a_reviewed_plan_gets_its_bodies_back() -> None:
    fresh = made()
    assert as_reviewed(read_document(written(fresh)), fresh).operations == fresh.operations


def test_a_reviewed_plan_never_does_more_than_it_lists() -> None:
    saved = made()
    more = plan([desired("new")], [])
    operation = replace(more.operations[0], id="op-9")
    fresh = replace(saved, operations=(*saved.operations, operation))
    assert as_reviewed(saved, fresh).operations == saved.operations


@pytest.mark.parametrize(
    ("moved", "message"),
    [
        ({"target": "other"}, "target"),
        ({"base_url": "https://api.eu.vapi.ai"}, r"api\.eu"),
        ({"org_id": "other"}, "organisation"),
        ({"manifests_digest": "sha256:1"}, "manifests changed"),
        ({"operations": ()}, "no longer what the account needs"),
    ],
)
def test_a_stale_plan_says_what_moved(moved: dict[str, Any], message: str) -> None:
    saved = made()
    with pytest.raises(GuardError, match=message):
        as_reviewed(saved, replace(saved, **moved))


def test_a_touched_number_that_moved_makes_a_plan_stale() -> None:
    saved = made()
    number = live("1", {"name": "b", "assistantId": "newer"})
    spec: dict[str, Json] = {
        "server": {"url": "https://x", "headers": {"X-Token": Secret("canary")}}
    }
    sip = desired("a", {"sipUri": "sip:a@sip.vapi.ai"})
    fresh = plan([sip, desired("b", spec)], [number, live("2")])
    with pytest.raises(GuardError, match="PhoneNumber/b: the live number changed"):
        as_reviewed(saved, fresh)


IMMUTABLE = Blocked("PhoneNumber/c", "immutable", "given once")
TOO_MANY = Blocked("PhoneNumber/a", "limits.creates", "limits.creates is 0", "--max-creates 1")
VANISHED = replace(TOO_MANY, guard="recreate", message="limits.recreates is 0")
RENAMED = Blocked("PhoneNumber/a", "recreate", "this looks like old under a new name")


def test_what_a_reviewed_plan_was_refused_for_is_refused_still() -> None:
    saved = replace(made(), blocked=(IMMUTABLE,))
    assert as_reviewed(saved, saved).blocked == (IMMUTABLE,)


def test_what_was_refused_and_is_allowed_by_now_is_not_in_the_way() -> None:
    saved = replace(made(), blocked=(TOO_MANY,))
    assert as_reviewed(saved, replace(saved, blocked=())).blocked == ()


@pytest.mark.parametrize("limit", [TOO_MANY, VANISHED])
def test_a_limit_that_was_raised_for_the_plan_was_reviewed_with_it(limit: Blocked) -> None:
    assert as_reviewed(made(), replace(made(), blocked=(limit,))).blocked == ()


PROTECTED = Blocked("PhoneNumber/a", "preventDestroy", "forbidden")


@pytest.mark.parametrize("guard", [PROTECTED, RENAMED])
def test_a_guard_that_is_about_one_number_cannot_be_reviewed_away(guard: Blocked) -> None:
    assert as_reviewed(made(), replace(made(), blocked=(guard,))).blocked == (guard,)


def test_a_document_keeps_what_a_limit_refuses_apart_from_what_looks_renamed() -> None:
    vanished = plan([desired("a")], [], lock=lock(a="9"))
    held = [live("1", {"name": "old", "number": "+14155550100"})]
    renamed = plan([desired("new", {"numberDesiredAreaCode": "415"})], held, lock=lock(old="1"))
    for fresh, counted in ((vanished, True), (renamed, False)):
        read = read_document(written(fresh))
        assert read.blocked == fresh.blocked
        limits = [each.counted for each in read.blocked if each.guard == "recreate"]
        assert limits == [counted]


def test_what_the_reviewed_plan_does_not_touch_is_not_in_its_way() -> None:
    assert as_reviewed(made(), replace(made(), blocked=(IMMUTABLE,))).blocked == ()
