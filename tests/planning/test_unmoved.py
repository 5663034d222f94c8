"""Drift within a field of which the manifest moved another part."""

from typing import Any

import pytest

from reconciler.fields import parse_path
from reconciler.model import DriftIgnored, Json, Lock, Plan, Secret
from reconciler.planning.memory import remembered
from tests.planning.numbers import desired, guards, live, plan, provider

MASK = "********"
URL = "https://one.example.com"
NEW = "https://two.example.com"
TOKEN = Secret("token")
HEADERS = (DriftIgnored((parse_path("server.headers"),)),)


def planned(
    before: dict[str, Any],
    after: dict[str, Any],
    held: dict[str, Any],
    *,
    shown: dict[str, Any] | None = None,
    rules: tuple[DriftIgnored, ...] = (),
) -> Plan:
    """The plan once `before` was applied, and answered as `shown`; without rules drift is held."""
    answer = live("1", {"name": "a", **(before if shown is None else shown)})
    entry = remembered(desired("a", before), answer, provider(), "salt")
    return plan(
        [desired("a", after)],
        [live("1", {"name": "a", **held})],
        lock=Lock("salt", "", {"a": entry}),
        ignored_drift=rules,
        hold_drift=not rules,
    )


def sent(made: Plan) -> Any:
    """The one patch of a plan that nothing blocks, with its secrets as they are sent."""
    assert made.blocked == ()
    (operation,) = made.operations
    return _plain(operation.body)


def _plain(value: Json) -> Json:
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return value


def paths(made: Plan) -> list[str]:
    return [change.path for each in made.operations for change in each.changes]


def server(url: str = URL, **more: Any) -> dict[str, Any]:
    return {"server": {"url": url, **more}}


def test_a_rule_holds_within_a_field_that_the_manifest_changes() -> None:
    before, after = (server(url, headers={"X-Token": TOKEN}) for url in (URL, NEW))
    held = server(headers={"X-Token": "edited", "X-More": "m"}, timeoutSeconds=55)
    made = planned(before, after, held, rules=HEADERS)
    assert sent(made) == server(NEW, headers={"X-Token": "edited", "X-More": "m"})
    assert paths(made) == ["server.timeoutSeconds", "server.url"]


def test_a_part_that_the_manifest_changes_is_not_left_alone_by_a_rule() -> None:
    before = server(headers={"X-A": "a", "X-B": "b", "X-C": "c"})
    after = server(headers={"X-A": "new", "X-B": "b"})
    held = server(headers={"X-A": "edited", "X-B": "edited", "X-C": "edited", "X-More": "m"})
    made = planned(before, after, held, rules=HEADERS)
    assert sent(made) == server(headers={"X-A": "new", "X-B": "edited", "X-More": "m"})
    assert paths(made) == ["server.headers.X-A", "server.headers.X-C"]


def test_a_rule_for_every_field_holds_within_one_too() -> None:
    made = planned(server(), server(NEW), server(timeoutSeconds=55), rules=(DriftIgnored(),))
    assert sent(made) == server(NEW, timeoutSeconds=55)


def test_a_rule_for_a_part_of_a_list_holds_while_the_list_is_what_it_was() -> None:
    hooks: Any = [{"on": "call.ending", "do": {"type": "say", "exact": "Bye"}}]
    edited: Any = [{"on": "call.ending", "do": {"type": "say", "exact": "Edited"}}]
    rules = (DriftIgnored((parse_path("hooks[0].do"),)),)
    before = {"hooks": hooks, **server()}
    same = planned(before, {"hooks": hooks, **server(NEW)}, before | {"hooks": edited}, rules=rules)
    assert sent(same) == server(NEW)
    more: Any = [*hooks, {"on": "call.ringing", "do": {"type": "say", "exact": "Hello"}}]
    moved = planned(before, {"hooks": more, **server()}, before | {"hooks": edited}, rules=rules)
    assert sent(moved) == {"hooks": more}


def test_where_drift_is_held_what_the_manifest_did_not_move_stays_as_it_is() -> None:
    before = server(headers={"X-A": "a", "X-B": "b"}, timeoutSeconds=30)
    after = server(NEW, headers={"X-A": "a", "X-B": "new", "X-C": "c"}, timeoutSeconds=30)
    held = server(
        headers={"X-A": "edited", "X-B": "edited", "X-More": "m"},
        timeoutSeconds=55,
        staticIpAddressesEnabled=True,
    )
    assert sent(planned(before, after, held)) == server(
        NEW,
        headers={"X-A": "edited", "X-B": "new", "X-C": "c", "X-More": "m"},
        timeoutSeconds=55,
        staticIpAddressesEnabled=True,
    )


def test_what_the_manifest_declares_no_longer_is_cleared_beside_held_drift() -> None:
    before = server(headers={"X-A": "a"}, timeoutSeconds=30)
    held = server(headers={"X-A": "edited", "X-More": "m"}, timeoutSeconds=55)
    assert sent(planned(before, server(), held)) == server(headers={"X-More": "m"})
    assert sent(planned(before, {}, held)) == {"server": None}


def test_what_was_removed_elsewhere_stays_removed() -> None:
    before, after = (server(url, headers={"X-A": "a"}, timeoutSeconds=30) for url in (URL, NEW))
    assert sent(planned(before, after, server())) == server(NEW)
    assert sent(planned(before, after, server(headers={}))) == server(NEW, headers={})


def test_an_object_that_was_removed_elsewhere_is_put_there_whole() -> None:
    before, after = (server(url, timeoutSeconds=30) for url in (URL, NEW))
    assert sent(planned(before, after, {})) == server(NEW, timeoutSeconds=30)


def test_an_object_that_the_manifest_has_only_now_leaves_what_it_does_not_name() -> None:
    assert sent(planned({}, server(NEW), server(headers={"X-More": "m"}))) == server(
        NEW, headers={"X-More": "m"}
    )


def test_what_holds_a_default_is_unmoved_whether_it_is_declared_or_not() -> None:
    before, after = server(timeoutSeconds=20), server(NEW)
    assert sent(planned(before, after, server(timeoutSeconds=55))) == server(NEW, timeoutSeconds=55)


def number(digits: str, **more: Any) -> dict[str, Any]:
    return {"fallbackDestination": {"type": "number", "number": f"+1415555{digits}", **more}}


SIP = {"fallbackDestination": {"type": "sip", "sipUri": "sip:help@example.com"}}


@pytest.mark.parametrize(
    ("before", "after", "held"),
    [
        (number("0100"), SIP, number("0100", description="edited")),
        (number("0100"), number("0199"), SIP),
        ({}, number("0199"), SIP),
    ],
)
def test_an_object_that_is_of_another_kind_moved_as_a_whole(
    before: dict[str, Any], after: dict[str, Any], held: dict[str, Any]
) -> None:
    assert sent(planned(before, after, held)) == after


def test_within_one_kind_an_object_is_taken_apart() -> None:
    held = number("0177", description="edited")
    made = planned(number("0100"), number("0100", extension="1"), held)
    assert sent(made) == number("0177", extension="1", description="edited")


def test_a_part_that_holds_an_object_of_another_kind_is_left_so() -> None:
    plan_of = {"type": "fixed", "maxRetries": 2, "baseDelaySeconds": 1}
    edited = {"type": "exponential", "maxRetries": 9, "baseDelaySeconds": 3}
    before, after = (server(url, backoffPlan=plan_of) for url in (URL, NEW))
    held = server(backoffPlan=edited)
    assert sent(planned(before, after, held)) == server(NEW, backoffPlan=edited)


def test_a_route_that_the_manifest_changes_moves_all_routes() -> None:
    made = planned({"assistantId": "x"}, {"squadId": "s"}, {"workflowId": "edited"})
    assert sent(made) == {"squadId": "s", "workflowId": None}


def test_a_sip_uri_that_was_changed_elsewhere_is_left_by_another_change() -> None:
    uri, edited = "sip:a@sip.vapi.ai", "sip:edited@sip.vapi.ai"
    made = planned({"sipUri": uri}, {"sipUri": uri, **server()}, {"sipUri": edited})
    assert sent(made) == server()


def test_a_secret_that_the_manifest_rotates_is_sent_and_the_others_stay() -> None:
    before = server(headers={"X-A": Secret("a"), "X-B": Secret("b")})
    after = server(headers={"X-A": Secret("new"), "X-B": Secret("b")})
    held = server(headers={"X-A": "a", "X-B": "edited"})
    made = planned(before, after, held)
    assert sent(made) == server(headers={"X-A": "new", "X-B": "edited"})
    assert paths(made) == ["server.headers.X-A"]


@pytest.mark.parametrize("rules", [(), HEADERS])
@pytest.mark.parametrize("shown", [{"headers": {"X-Token": MASK}}, {"headers": {}}, {}])
def test_a_secret_that_no_answer_shows_is_sent_as_the_manifest_has_it(
    shown: dict[str, Any], rules: tuple[DriftIgnored, ...]
) -> None:
    before, after = (server(url, headers={"X-Token": TOKEN}) for url in (URL, NEW))
    made = planned(before, after, server(**shown), shown=server(**shown), rules=rules)
    assert sent(made) == server(NEW, headers={"X-Token": "token"})
    assert paths(made) == ["server.url"]


@pytest.mark.parametrize("rules", [(), HEADERS])
def test_a_masked_secret_that_no_manifest_knows_gives_way_and_blocks_nothing(
    rules: tuple[DriftIgnored, ...],
) -> None:
    before, after = (server(url, headers={"X-Token": TOKEN}) for url in (URL, NEW))
    held = server(headers={"X-Token": MASK, "X-More": MASK})
    shown = server(headers={"X-Token": MASK})
    made = planned(before, after, held, shown=shown, rules=rules)
    assert sent(made) == server(NEW, headers={"X-Token": "token"})
    assert paths(made) == ["server.url", "server.headers.X-More"]


def test_a_masked_secret_that_no_manifest_knows_is_no_price_of_correcting_drift() -> None:
    same = server(headers={"X-Token": TOKEN})
    held = server(NEW, headers={"X-Token": MASK, "X-More": MASK})
    made = planned(same, same, held, shown=server(headers={"X-Token": MASK}), rules=HEADERS)
    assert guards(made) == [("a", "immutable")]
    assert "server.headers.X-More is left" in made.blocked[0].message
    assert paths(made) == ["server.url"]


@pytest.mark.parametrize("shown", [{"headers": {"X-Token": MASK}}, {"headers": {}}])
def test_correcting_drift_beside_an_ignored_secret_sends_the_manifests_own(
    shown: dict[str, Any],
) -> None:
    same = server(headers={"X-Token": TOKEN})
    made = planned(same, same, server(NEW, **shown), shown=server(**shown), rules=HEADERS)
    assert sent(made) == server(headers={"X-Token": "token"})
