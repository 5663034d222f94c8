"""SIP URIs, telephone numbers and area codes."""

import pytest

from tests.checks.checking import codes, context, found, only, sip

EU = context("https://api.eu.vapi.ai")
US_URI = 'metadata: {name: a}\nspec: {provider: vapi, sipUri: "sip:a@sip.vapi.ai"}'
EU_URI = 'metadata: {name: a}\nspec: {provider: vapi, sipUri: "sip:a@SIP.eu.vapi.ai"}'


def destination(fields: str) -> str:
    return sip(f"fallbackDestination: {{{fields}}}")


def test_the_sip_host_of_the_other_region_is_refused_and_both_are_named() -> None:
    fault = only(US_URI, EU)
    assert fault.code == "R209"
    assert "sip.vapi.ai" in fault.message
    assert "sip.eu.vapi.ai" in fault.message
    assert fault.help == "write sip:user@sip.eu.vapi.ai"


def test_the_sip_host_of_the_target_s_region_fits() -> None:
    assert not found(EU_URI, EU)


@pytest.mark.parametrize("text", [US_URI, EU_URI])
@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8080", "http://localhost", "http://[::1"])
def test_at_an_unknown_api_either_region_fits(text: str, base_url: str) -> None:
    assert not found(text, context(base_url))


def test_a_host_of_no_region_never_fits() -> None:
    other = US_URI.replace("sip.vapi.ai", "sip.example.com")
    assert codes(other, context("http://127.0.0.1")) == ["R209"]


@pytest.mark.parametrize(
    "uri",
    [
        "support",
        "sip:",
        "sip:support",
        "sip:@sip.vapi.ai",
        "sips:support@sip.vapi.ai",
        "sip:support@sip.vapi.ai:5060",
        "sip:support@sip.vapi.ai;transport=tcp",
        "sip:sup port@sip.vapi.ai",
        "sip:support@",
        "tel:+14155550100",
    ],
)
def test_a_number_s_own_sip_uri_is_user_and_host_alone(uri: str) -> None:
    assert codes(f'metadata: {{name: a}}\nspec: {{provider: vapi, sipUri: "{uri}"}}') == ["R208"]


@pytest.mark.parametrize(
    "uri",
    [
        "sip:desk@pbx.example.com",
        "sips:desk@pbx.example.com:5061;transport=tls",
        "sip:+14155550100@10.0.0.1",
        "sip:pbx.example.com",
        "sip:a%20b@[2001:db8::1]",
        "sip:{{customer.number}}@pbx.example.com",
    ],
)
def test_a_transfer_goes_to_any_sip_uri(uri: str) -> None:
    assert not found(destination(f'type: sip, sipUri: "{uri}"'))


@pytest.mark.parametrize("uri", ["pbx.example.com", "https://pbx.example.com", "sip:a@b c"])
def test_a_transfer_goes_nowhere_but_to_a_sip_uri(uri: str) -> None:
    assert codes(destination(f'type: sip, sipUri: "{uri}"')) == ["R208"]


@pytest.mark.parametrize(
    "number", ["+14155550100", "+442079460000", "+4930123456", "+390612345678", "+81312345678"]
)
def test_a_number_with_plus_and_country_code_is_e164(number: str) -> None:
    assert not found(destination(f'type: number, number: "{number}"'))


@pytest.mark.parametrize(
    "number",
    [
        "14155550100",
        "+1415555010",
        "+141555501000",
        "+1 415 555 0100",
        "+04155550100",
        "+999123456789",
        "4155550100",
        "+14155550१00",
        "abc",
        "+33123",
    ],
)
def test_any_other_number_is_not(number: str) -> None:
    assert codes(destination(f'type: number, number: "{number}"')) == ["R210"]


def test_punctuation_is_taken_out_of_the_suggestion() -> None:
    fault = only(destination('type: number, number: "+44 20 7946 0000"'))
    assert '"+442079460000"' in fault.help


@pytest.mark.parametrize("number", ["1234", "+001234567890", "abc"])
def test_without_the_e164_check_letters_and_digits_will_do(number: str) -> None:
    text = destination(f'type: number, number: "{number}", numberE164CheckEnabled: false')
    assert not found(text)


def test_numbers_in_hooks_are_checked_too() -> None:
    text = sip(
        """\
        hooks:
          - on: call.ending
            do: {type: transfer, destination: {type: number, number: "415-555-0100"}}
        """
    )
    fault = only(text)
    assert (fault.code, fault.path) == ("R210", "spec.hooks[0].do.destination.number")


def test_a_binding_to_no_number_at_all_is_told() -> None:
    text = 'metadata: {name: a}\nbinding: {number: "555-0100"}\nspec: {provider: vapi}'
    assert only(text).path == "binding.number"


def test_a_number_behind_a_trunk_may_be_bound_by_its_short_form() -> None:
    text = """\
        metadata: {name: a}
        binding: {number: "1234"}
        spec: {provider: byo-phone-number, credentialId: {name: Trunk}}
        """
    assert not found(text)


@pytest.mark.parametrize("code", ["201", "212", "415", "907", "808"])
def test_an_area_code_of_a_state_can_be_bought(code: str) -> None:
    text = f'metadata: {{name: a}}\nspec: {{provider: vapi, numberDesiredAreaCode: "{code}"}}'
    assert not found(text)


@pytest.mark.parametrize(
    "code", ["416", "876", "787", "800", "900", "911", "000", "123", "999", "4a5", "4१5"]
)
def test_no_other_area_code_can(code: str) -> None:
    text = f'metadata: {{name: a}}\nspec: {{provider: vapi, numberDesiredAreaCode: "{code}"}}'
    assert codes(text) == ["R211"]
