"""Hooks that run in part, and transfer settings that count for nothing."""

import pytest

from tests.checks.checking import codes, found, sip

MODES = {
    "message: Hello": {
        "blind-transfer-add-summary-to-sip-header",
        "warm-transfer-say-message",
        "warm-transfer-wait-for-operator-to-speak-first-and-then-say-message",
        "warm-transfer-experimental",
    },
    "summaryPlan: {enabled: true}": {
        "blind-transfer-add-summary-to-sip-header",
        "warm-transfer-say-summary",
        "warm-transfer-wait-for-operator-to-speak-first-and-then-say-summary",
        "warm-transfer-experimental",
    },
    "timeout: 30": {
        "warm-transfer-wait-for-operator-to-speak-first-and-then-say-message",
        "warm-transfer-wait-for-operator-to-speak-first-and-then-say-summary",
    },
    "twiml: <Say>Hello</Say>": {"warm-transfer-twiml"},
    "holdAudioUrl: 'https://a.example/a.mp3'": {"warm-transfer-experimental"},
    "transferCompleteAudioUrl: 'https://a.example/a.mp3'": {"warm-transfer-experimental"},
    "contextEngineeringPlan: {type: none}": {"warm-transfer-experimental"},
    "fallbackPlan: {message: Sorry}": {"warm-transfer-experimental"},
}
EVERY_MODE = sorted({"blind-transfer", *(mode for modes in MODES.values() for mode in modes)})
TO_NUMBER = 'type: number, number: "+14155550100"'
TO_SIP = 'type: sip, sipUri: "sip:desk@pbx.example.com"'


def transfer(destination: str, plan: str) -> str:
    return sip(f"fallbackDestination: {{{destination}, transferPlan: {{{plan}}}}}")


@pytest.mark.parametrize("mode", EVERY_MODE)
@pytest.mark.parametrize("setting", MODES)
def test_a_setting_is_told_exactly_in_the_modes_that_ignore_it(setting: str, mode: str) -> None:
    expected = [] if mode in MODES[setting] else ["R217"]
    assert codes(transfer(TO_NUMBER, f"mode: {mode}, {setting}")) == expected


def test_a_blind_transfer_to_a_sip_address_has_a_fallback() -> None:
    assert not found(transfer(TO_SIP, "mode: blind-transfer, fallbackPlan: {message: Sorry}"))


@pytest.mark.parametrize(
    ("verb", "expected"), [("refer", ["R217"]), ("bye", ["R217"]), ("dial", [])]
)
@pytest.mark.parametrize(
    ("destination", "setting"),
    [
        (TO_NUMBER, "dialTimeout: 30"),
        (TO_NUMBER + ', extension: "12"', "timeout: 60"),
        (TO_SIP + ', callerId: "+14155550100"', "timeout: 60"),
    ],
)
def test_what_needs_a_dialled_leg_is_told_with_any_other_verb(
    destination: str, setting: str, verb: str, expected: list[str]
) -> None:
    mode = "warm-transfer-wait-for-operator-to-speak-first-and-then-say-message"
    text = transfer(destination, f"mode: {mode}, sipVerb: {verb}, {setting}")
    assert codes(text) == expected


def test_an_extension_without_a_verb_is_left_to_the_provider() -> None:
    assert not found(sip(f'fallbackDestination: {{{TO_NUMBER}, extension: "12"}}'))


def test_transfers_of_hooks_are_looked_at_too() -> None:
    text = sip(
        f"""\
        hooks:
          - on: call.ringing
            do:
              - type: transfer
                destination: {{{TO_NUMBER}, transferPlan: {{mode: blind-transfer, twiml: x}}}}
        """
    )
    assert codes(text) == ["R217"]


def test_one_action_on_ringing_is_enough() -> None:
    assert not found(sip("hooks: [{on: call.ringing, do: [{type: say, exact: Hello}]}]"))
