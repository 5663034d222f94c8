"""What two manifests may not both claim, in whatever files they stand."""

from reconciler.checks import check
from reconciler.model import Place
from tests.checks.checking import CONTEXT, found, only, parse, sip

SUPPORT = parse(sip(name="support"), "a.yaml")
AGAIN = parse(sip(name="support"), "b.yaml")


def test_a_name_in_two_files_is_told_at_the_second_with_the_place_of_the_first() -> None:
    faults = check([*SUPPORT, *AGAIN], CONTEXT)
    (name,) = [each for each in faults if each.code == "R202"]
    assert name.place == Place("b.yaml", 3, 12)
    assert name.related == (Place("a.yaml", 3, 12),)


def test_the_order_of_manifests_changes_nothing() -> None:
    assert check([*AGAIN, *SUPPORT], CONTEXT) == check([*SUPPORT, *AGAIN], CONTEXT)


def test_three_of_one_name_are_two_faults_about_the_first() -> None:
    third = parse(sip(name="support"), "c.yaml")
    faults = [each for each in check([*SUPPORT, *AGAIN, *third], CONTEXT) if each.code == "R202"]
    assert [each.place.file for each in faults] == ["b.yaml", "c.yaml"]
    assert {each.related[0].file for each in faults} == {"a.yaml"}


def test_a_sip_uri_is_the_same_in_any_letter_case() -> None:
    other = sip(name="sales").replace("sip:sales@", "sip:SUPPORT@")
    assert only(sip(name="support") + "---\n" + other).code == "R203"


def test_a_binding_claims_the_number_that_another_manifest_declares() -> None:
    fault = only(
        "metadata: {name: a}\n"
        'spec: {provider: twilio, twilioAccountSid: AC, number: "+14155550100"}\n'
        "---\n"
        'metadata: {name: b}\nbinding: {number: "+1 (415) 555-0100"}\nspec: {provider: vapi}\n'
    )
    assert (fault.code, fault.path) == ("R204", "binding.number")


def test_a_binding_to_the_manifest_s_own_number_is_no_conflict() -> None:
    assert not found(
        'metadata: {name: a}\nbinding: {number: "+14155550100"}\n'
        'spec: {provider: twilio, twilioAccountSid: AC, number: "+14155550100"}\n'
    )


def test_a_secret_number_claims_nothing() -> None:
    one = "spec: {provider: twilio, twilioAccountSid: AC, number: {env: HOOK_NUMBER}}\n"
    assert not found("metadata: {name: a}\n" + one + "---\nmetadata: {name: b}\n" + one)


def test_two_manifests_cannot_have_had_one_name() -> None:
    one = sip(name="a").replace("{name: a}", "{name: a, previously: [old]}")
    two = sip(name="b").replace("{name: b}", "{name: b, previously: [old]}")
    assert only(one + "---\n" + two).code == "R205"


def test_a_manifest_may_list_its_own_name_among_its_previous_ones() -> None:
    assert not found(sip(name="a").replace("{name: a}", "{name: a, previously: [a, old]}"))
