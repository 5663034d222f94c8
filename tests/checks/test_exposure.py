"""Secrets, URLs and the variables that a manifest may read."""

import pytest

from reconciler.checks import Context
from reconciler.model import Reach, Severity
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
    assert not found(header("X-Token", "{file: secrets/token.txt}"))


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


@pytest.mark.parametrize(
    ("query", "code"),
    [("token=x", ["R215"]), ("page=1&api_key=x", ["R215"]), ("keyword=a", []), ("monkey=1", [])],
)
def test_a_parameter_whose_name_says_credential_is_one(query: str, code: list[str]) -> None:
    assert codes(sip(f'server: {{url: "https://a.example/?{query}"}}')) == code


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


@pytest.mark.parametrize(
    "file",
    [
        "token.txt",
        "secrets",
        "secrets-of-others/token",
        "secrets/../token",
        "../secrets/token",
        "/etc/hostname",
        "/secrets/token",
    ],
)
def test_a_file_outside_of_the_directories_listed_is_refused(file: str) -> None:
    fault = only(header("X-Token", f"{{file: {file}}}"))
    assert (fault.code, fault.path) == ("R307", "spec.server.headers.X-Token.file")
    assert "secrets.files" in fault.help


@pytest.mark.parametrize("file", ["secrets/token", "./secrets/token", "a/../secrets/b/../token"])
def test_a_file_inside_of_them_may_be_read(file: str) -> None:
    assert not found(header("X-Token", f"{{file: {file}}}"))


@pytest.mark.parametrize(
    ("root", "directory", "file", "code"),
    [
        ("/repo", "secrets", "secrets/token", []),
        ("/repo", "secrets", "/repo/secrets/token", []),
        ("/repo", "/run/secrets", "/run/secrets/token", []),
        ("/repo", "../secrets", "../secrets/token", []),
        ("/repo", ".", "token", []),
        ("", ".", "token", []),
        ("/repo", ".", "../token", ["R307"]),
        ("", ".", "../token", ["R307"]),
        ("/repo", "/run/secrets", "secrets/token", ["R307"]),
    ],
)
def test_relative_paths_begin_where_the_configuration_stands(
    root: str, directory: str, file: str, code: list[str]
) -> None:
    against = Context(SCHEMA, FIELDS, reach=Reach(files=(directory,), root=root))
    assert codes(header("X-Token", f"{{file: {file}}}"), against) == code


@pytest.mark.parametrize(
    "reference",
    ["{env: HOOK_API_KEY}", "{file: secrets/vapi.key}", "{file: ./secrets/../secrets/vapi.key}"],
)
def test_the_api_key_is_read_by_no_manifest_though_a_pattern_fits(reference: str) -> None:
    fault = only(header("X-Token", reference))
    assert (fault.code, "holds the API key" in fault.message) == ("R306", True)


def test_without_a_list_no_file_may_be_read() -> None:
    context = Context(SCHEMA, FIELDS)
    assert codes(header("X-Token", "{file: secrets/token}"), context) == ["R307"]


def test_a_header_that_is_called_file_is_a_header() -> None:
    assert not found(sip('server: {url: "https://a.example", headers: {file: HOME}}'))


def test_a_header_that_is_called_env_is_a_header() -> None:
    assert not found(sip('server: {url: "https://a.example", headers: {env: HOME}}'))
