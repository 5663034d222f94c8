"""Secrets, URLs and the variables that a manifest may read."""

import pytest

from reconciler.checks import Context
from reconciler.model import Severity
from tests.checks.checking import FIELDS, SCHEMA, codes, found, only, sip


def header(name: str, value: str = "0123456789abcdef") -> str:
    return sip(f'server: {{url: "https://a.example", headers: {{{name}: {value}}}}}')


@pytest.mark.parametrize(
    "name",
    [
        "Authorization",
        "authorization",
        "X-Api-Key",
        "x-apikey",
        "X-Auth",
        "X-AuthToken",
        "X_Webhook_Secret",
        "X-Password",
        "Cookie",
        "X-Hub-Signature",
        "X-Vapi-Token-V2",
        "ApiKey2",
    ],
)
def test_a_header_whose_name_says_credential_is_no_literal(name: str) -> None:
    assert codes(header(name)) == ["R216"]


@pytest.mark.parametrize("name", ["X-Stage", "Accept", "X-Team", "X-Author", "X-Tokens-Used"])
def test_any_other_header_may_be_one(name: str) -> None:
    assert not found(header(name))


def test_a_secret_from_the_environment_or_a_file_is_none() -> None:
    assert not found(header("X-Token", "{env: HOOK_TOKEN}"))
    assert not found(header("X-Token", "{file: token.txt}"))


def test_an_empty_header_hides_nothing() -> None:
    assert not found(header("X-Token", '""'))


def test_the_help_names_a_variable_after_the_field() -> None:
    fault = only(
        "metadata: {name: a}\n"
        "spec: {provider: twilio, twilioAccountSid: AC, twilioAuthToken: abc, "
        'number: "+14155550100"}'
    )
    assert "{env: TWILIO_AUTH_TOKEN}" in fault.help


def test_a_header_of_a_transfer_is_looked_at_too() -> None:
    destination = 'type: sip, sipUri: "sip:a@b.example", sipHeaders: {X-Token: abc}'
    assert codes(sip(f"fallbackDestination: {{{destination}}}")) == ["R216"]


def test_http_is_a_warning() -> None:
    fault = only(sip('server: {url: "http://a.example"}'))
    assert (fault.code, fault.severity) == ("R213", Severity.WARNING)


@pytest.mark.parametrize(
    "url", ["a.example", "ftp://a.example", "https://", "https:///a", "//a.example", "http://[::1"]
)
def test_what_cannot_be_called_is_no_url(url: str) -> None:
    assert codes(sip(f'server: {{url: "{url}"}}')) == ["R214"]


@pytest.mark.parametrize("user", ["token@", "user:password@", ":password@"])
def test_a_url_with_credentials_is_refused(user: str) -> None:
    assert codes(sip(f'server: {{url: "https://{user}a.example"}}')) == ["R215"]


@pytest.mark.parametrize("field", ["holdAudioUrl", "transferCompleteAudioUrl"])
def test_the_urls_of_audio_files_are_checked_too(field: str) -> None:
    plan = f'{{mode: warm-transfer-experimental, {field}: "ftp://a.example"}}'
    destination = f'type: number, number: "+14155550100", transferPlan: {plan}'
    assert codes(sip(f"fallbackDestination: {{{destination}}}")) == ["R214"]


def test_a_variable_that_is_not_listed_names_the_line_to_add() -> None:
    fault = only(header("X-Token", "{env: DATABASE_URL}"))
    assert fault.message == "manifests may not read the variable DATABASE_URL"
    assert 'secrets: {env: ["DATABASE_URL"]}' in fault.help


def test_without_a_list_no_variable_may_be_read() -> None:
    assert codes(header("X-Token", "{env: HOOK_TOKEN}"), Context(SCHEMA, FIELDS)) == ["R305"]


def test_the_letter_case_of_a_variable_counts() -> None:
    assert codes(header("X-Token", "{env: hook_token}")) == ["R305"]


def test_a_header_that_is_called_env_is_a_header() -> None:
    assert not found(sip('server: {url: "https://a.example", headers: {env: HOME}}'))
