"""What is done about a number that somebody changed elsewhere."""

from dataclasses import replace

from reconciler.fields import parse_path
from reconciler.model import (
    DriftIgnored,
    Lifecycle,
    Limit,
    Limits,
    Live,
    Lock,
    LockEntry,
    OnImmutableChange,
    Plan,
    SecretMark,
)
from reconciler.planning import without_drift
from tests.planning.numbers import calls, desired, guards, live, plan

APPLIED = LockEntry("1", "vapi", {"name": "a", "assistantId": "x", "provider": "vapi"})
LOCK = Lock("salt", "", {"a": APPLIED})
DRIFTED = live("1", {"name": "a", "assistantId": "elsewhere", "squadId": "s"})


def ignoring(
    *rules: DriftIgnored, assistant: str = "x", labels: dict[str, str] | None = None
) -> Plan:
    wanted = replace(desired("a", {"assistantId": assistant}), labels=labels or {})
    return plan([wanted], [DRIFTED], lock=LOCK, ignored_drift=rules)


def paths(made: Plan) -> list[str]:
    return [change.path for each in made.operations for change in each.changes]


def test_without_a_rule_all_drift_is_corrected() -> None:
    assert paths(ignoring()) == ["assistantId", "squadId"]


def test_drift_of_an_ignored_field_is_left_alone() -> None:
    assert paths(ignoring(DriftIgnored((parse_path("squadId"),)))) == ["assistantId"]


def test_drift_of_every_field_may_be_ignored_for_numbers_with_a_label() -> None:
    rule = DriftIgnored(labels={"team": "lab"})
    assert paths(ignoring(rule, labels={"team": "lab", "x": "y"})) == []
    assert paths(ignoring(rule, labels={"team": "sales"})) == ["assistantId", "squadId"]


def test_what_the_manifest_changes_is_applied_all_the_same() -> None:
    made = ignoring(DriftIgnored(), assistant="new")
    assert paths(made) == ["assistantId", "squadId"]


def test_a_rule_holds_for_a_field_whatever_else_the_manifest_changes() -> None:
    server = {"url": "https://elsewhere.example"}
    held = live("1", {"name": "a", "assistantId": "x", "server": server})
    renamed = desired("a", {"assistantId": "x", "name": "New"})
    rules = (DriftIgnored((parse_path("server"),)),)
    assert paths(plan([renamed], [held], lock=LOCK, ignored_drift=rules)) == ["name"]


def test_a_secret_that_the_manifest_reads_no_longer_is_no_change_of_it() -> None:
    held = live("1", {"name": "a", "assistantId": "x", "server": {"url": "https://edited.example"}})
    mark = SecretMark("of what it read once", shown=True, declared=False)
    entry = replace(APPLIED, secrets={"server.url": mark})
    wanted = desired("a", {"assistantId": "x", "name": "New"})
    rules = (DriftIgnored((parse_path("server"),)),)
    lock = Lock("salt", "", {"a": entry})
    assert paths(plan([wanted], [held], lock=lock, ignored_drift=rules)) == ["name"]


def test_a_field_that_the_manifest_changes_is_not_left_alone_by_a_rule() -> None:
    made = ignoring(DriftIgnored((parse_path("assistantId"),)), assistant="new")
    assert paths(made) == ["assistantId", "squadId"]


def test_where_drift_is_held_a_change_takes_none_of_it_along() -> None:
    held = live("1", {"name": "a", "assistantId": "x", "server": {"url": "https://edited.example"}})
    renamed = desired("a", {"assistantId": "x", "name": "New"})
    assert paths(plan([renamed], [held], lock=LOCK, hold_drift=True)) == ["name"]
    same = desired("a", {"assistantId": "x"})
    assert calls(plan([same], [held], lock=LOCK, hold_drift=True)) == [("patch", "a", "drifted")]


def test_a_run_that_only_reports_drift_leaves_it_out_of_the_plan() -> None:
    wanted = [desired("a", {"assistantId": "x"}), desired("b", {"sipUri": "sip:b@sip.vapi.ai"})]
    made, drift = without_drift(plan(wanted, [DRIFTED], lock=LOCK))
    assert calls(made) == [("create", "b", "declared")]
    assert [each.address for each in drift] == ["PhoneNumber/a"]
    assert (made.summary.create, made.summary.patch) == (1, 0)


def test_what_waits_for_a_value_that_drifted_away_waits_with_it() -> None:
    entry = LockEntry("1", "vapi", {"name": "a", "sipUri": "sip:a@sip.vapi.ai", "provider": "vapi"})
    held = [live("1", {"name": "a", "sipUri": "sip:b@sip.vapi.ai"})]
    wanted = [
        desired("a", {"sipUri": "sip:a@sip.vapi.ai"}),
        desired("b", {"sipUri": "sip:b@sip.vapi.ai"}),
    ]
    made = plan(wanted, held, lock=Lock("salt", "", {"a": entry}))
    assert calls(made) == [("patch", "a", "drifted"), ("create", "b", "declared")]
    kept, drift = without_drift(made)
    assert (kept.operations, len(drift)) == ((), 2)


def test_what_is_blocked_beside_the_drift_stays_blocked() -> None:
    wanted = [desired("a", {"assistantId": "x"}), desired("b")]
    lock = Lock("salt", "", {"a": APPLIED, "b": LockEntry("gone", "vapi")})
    made, _ = without_drift(plan(wanted, [DRIFTED], lock=lock))
    assert guards(made) == [("b", "recreate")]


def uri(user: str) -> str:
    return f"sip:{user}@sip.vapi.ai"


def locked(key: str, sip_uri: str) -> LockEntry:
    return LockEntry(key, "vapi", {"name": key, "sipUri": sip_uri, "provider": "vapi"})


def rotated(keys: str) -> tuple[list[Live], Lock]:
    """Numbers that each hold the SIP URI of the next one, which the lock knows as its own."""
    held = [
        live(key, {"name": key, "sipUri": uri(other)})
        for key, other in zip(keys, keys[1:] + keys[0], strict=True)
    ]
    return held, Lock("salt", "", {key: locked(key, uri(key)) for key in keys})


def test_a_ring_of_values_that_drifted_is_not_left_half_parked() -> None:
    held, lock = rotated("abc")
    made = plan([desired(each, {"sipUri": uri(each)}) for each in "abc"], held, lock=lock)
    assert calls(made)[0] == ("patch", "a", "vacate")
    kept, drift = without_drift(made)
    assert (kept.operations, len(drift)) == ((), 4)


def test_a_ring_waits_whole_for_the_one_number_that_drifted() -> None:
    held, lock = rotated("abc")
    entries = {**lock.entries, **{key: locked(key, uri("old")) for key in "ab"}}
    wanted = [desired(each, {"sipUri": uri(each)}) for each in "abc"]
    made = plan(wanted, held, lock=replace(lock, entries=entries), hold_drift=True)
    assert {reason for _, _, reason in calls(made)} == {"vacate", "declared", "drifted"}
    kept, drift = without_drift(made)
    assert (kept.operations, len(drift)) == ((), 4)


def test_drift_that_is_held_counts_against_no_limit() -> None:
    wanted = [desired("a", {"assistantId": "x"}), desired("b", {"assistantId": "new"})]
    held = [DRIFTED, live("2", {"name": "b", "assistantId": "old"})]
    entry = LockEntry("2", "vapi", {"name": "b", "assistantId": "old", "provider": "vapi"})
    lock = Lock("salt", "", {"a": APPLIED, "b": entry})
    limits = Limits(changes=Limit(count=1))
    made = plan(wanted, held, lock=lock, limits=limits, hold_drift=True)
    assert calls(made) == [("patch", "a", "drifted"), ("patch", "b", "declared")]
    assert guards(made) == []
    corrected = plan(wanted, held, lock=lock, limits=limits)
    assert guards(corrected) == [("a", "limits.changes"), ("b", "limits.changes")]


def test_what_waits_for_held_drift_counts_against_no_limit() -> None:
    wanted = [desired(each, {"sipUri": uri(each)}) for each in "abc"]
    held = [live("a", {"name": "a", "sipUri": uri("b")})]
    lock = Lock("salt", "", {"a": locked("a", uri("a"))})
    limits = Limits(creates=Limit(count=1))
    made = plan(wanted, held, lock=lock, limits=limits, hold_drift=True)
    assert guards(made) == []
    assert calls(without_drift(made)[0]) == [("create", "c", "declared")]


def test_the_summary_counts_what_is_left_of_a_plan_without_its_drift() -> None:
    replacing = Lifecycle(on_immutable_change=OnImmutableChange.REPLACE)
    spec = {"numberDesiredAreaCode": "212", "sipUri": uri("b")}
    wanted = [desired("a", {"sipUri": uri("a")}), desired("b", spec, lifecycle=replacing)]
    held = [
        live("a", {"name": "a", "sipUri": uri("b")}),
        live("b", {"name": "b", "number": "+14155550100"}),
    ]
    lock = Lock("salt", "", {"a": locked("a", uri("a"))})
    made = plan(wanted, held, lock=lock)
    assert (made.summary.replace, made.summary.blocked) == (1, 1)
    summary = without_drift(made)[0].summary
    assert (summary.create, summary.delete, summary.replace, summary.blocked) == (0, 0, 0, 0)
