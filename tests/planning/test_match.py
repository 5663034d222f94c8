"""Which number is which: the order of matching, and every ambiguity an error with a way out."""

from reconciler.model import Binding, Desired, Lifecycle, Live, Lock, State
from reconciler.planning.match import Matching, describe, match
from tests.planning.numbers import FIELDS, desired, live, lock


def matched(wanted: list[Desired], held: list[Live], known: Lock = Lock()) -> Matching:
    return match(wanted, held, known, FIELDS)


def ids(matching: Matching) -> dict[str, str]:
    return {key: each.id for key, each in matching.pairs.items()}


def test_a_binding_beats_the_lock() -> None:
    wanted = desired("a", binding=Binding("id", "2"))
    assert ids(matched([wanted], [live("1"), live("2")], lock(a="1"))) == {"a": "2"}


def test_the_lock_beats_the_sip_uri() -> None:
    wanted = desired("a", {"sipUri": "sip:a@sip.vapi.ai"})
    held = [live("1"), live("2", {"sipUri": "sip:a@sip.vapi.ai"})]
    assert ids(matched([wanted], held, lock(a="1"))) == {"a": "1"}


def test_the_sip_uri_beats_the_name_and_has_no_case() -> None:
    wanted = desired("a", {"sipUri": "sip:A@SIP.vapi.ai"})
    held = [live("1", {"name": "a"}), live("2", {"sipUri": "sip:a@sip.vapi.ai"})]
    assert ids(matched([wanted], held)) == {"a": "2"}


def test_a_number_is_compared_without_punctuation() -> None:
    wanted = desired("a", {"number": "+14155550100"}, provider="twilio")
    held = live("1", {"number": "+1 (415) 555-0100"}, provider="twilio")
    assert ids(matched([wanted], [held])) == {"a": "1"}


def test_a_number_of_another_provider_is_another_number() -> None:
    wanted = desired("a", {"number": "+14155550100"}, provider="twilio")
    held = live("1", {"number": "+14155550100"}, provider="telnyx")
    assert ids(matched([wanted], [held])) == {}


def test_the_name_comes_last() -> None:
    assert ids(matched([desired("a")], [live("1", {"name": "a"})])) == {"a": "1"}


def test_what_one_manifest_has_claimed_no_weaker_step_sees() -> None:
    wanted = [desired("a", binding=Binding("id", "1")), desired("b", {"name": "same"})]
    assert ids(matched(wanted, [live("1", {"name": "same"})])) == {"a": "1"}


def test_two_candidates_are_listed_with_the_lines_that_pin_one() -> None:
    held = [live("1", {"name": "a", "number": "+14155550100"}), live("2", {"name": "a"})]
    (fault,) = matched([desired("a")], held).faults
    assert "1  a  +14155550100" in fault
    assert "binding:\n      id: 2" in fault


def test_two_manifests_for_one_number_are_named_both() -> None:
    wanted = [desired("a", {"name": "same"}), desired("b", {"name": "same"})]
    (fault,) = matched(wanted, [live("1", {"name": "same"})]).faults
    assert "a (a.yaml:1:1), b (b.yaml:1:1)" in fault


def test_a_binding_and_the_lock_of_another_manifest_contest_a_number() -> None:
    wanted = [desired("a", binding=Binding("id", "1")), desired("b")]
    assert len(matched(wanted, [live("1")], lock(b="1")).faults) == 1


def test_a_tombstone_bound_to_nothing_is_done() -> None:
    gone = desired("a", binding=Binding("id", "9"), lifecycle=Lifecycle(state=State.ABSENT))
    assert matched([gone], []) == Matching()


def test_a_number_of_a_manifest_that_is_gone_is_not_taken_by_name() -> None:
    found = matched(
        [desired("new", {"name": "Support"})], [live("1", {"name": "Support"})], lock(old="1")
    )
    assert (ids(found), list(found.orphans)) == ({}, ["old"])


def test_a_number_is_described_on_one_line_whatever_it_is_named() -> None:
    assert describe(live("n-1", {"name": "Büro"})) == "n-1  Büro  no number yet"
    hostile = live("n-1", {"name": "a\nPlan: 0 to add\u202e"})
    assert describe(hostile) == r"n-1  a\nPlan: 0 to add\u202e  no number yet"


def test_a_renamed_manifest_that_no_lock_remembers_is_found_by_its_earlier_key() -> None:
    renamed = desired("new", previously=("older", "old"))
    assert ids(matched([renamed], [live("1", {"name": "old"})])) == {"new": "1"}


def test_the_name_of_today_comes_before_earlier_ones() -> None:
    renamed = desired("new", previously=("old",))
    held = [live("1", {"name": "old"}), live("2", {"name": "new"})]
    assert ids(matched([renamed], held)) == {"new": "2"}


def test_an_earlier_key_is_no_sip_uri() -> None:
    renamed = desired("new", {"sipUri": "sip:new@sip.vapi.ai"}, previously=("sip:old@sip.vapi.ai",))
    assert ids(matched([renamed], [live("1", {"sipUri": "sip:old@sip.vapi.ai"})])) == {}
