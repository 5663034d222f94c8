"""The plan document: written, read again, and only applied as it was reviewed."""

from dataclasses import replace
from json import dumps, loads
from typing import Any

import pytest

from reconciler.errors import GuardError, InputError
from reconciler.model import Json, Plan, Secret
from reconciler.planning import as_reviewed, read_document, to_document
from reconciler.planning.document import digest
from tests.planning.numbers import desired, live, plan


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
        read_document(document)


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
