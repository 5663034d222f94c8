"""Diagnostics that point at the line, and what of a line is not shown."""

import json

import pytest

from reconciler import __version__
from reconciler.model import Place, Severity
from tests.report.samples import diagnostic, diagnostics_as, golden

SUPPORT = """\
spec:
  provider: vapi
  assistantId: {name: Support bot}
  server: {url: http://hooks.example.com}
  squadId: 2f0c1f0a-6c1e-4f0e-9a53-0d8f5a1b7c11
"""


def snippet(text: str, column: int, code: str = "R999") -> tuple[str, str]:
    """The line of source as it is shown, and the line with the caret."""
    shown = diagnostics_as("text", diagnostic(column=column, code=code), text=text).splitlines()
    return shown[3].removeprefix(" 1 | "), shown[4].removeprefix("   | ")


def pointed(text: str, column: int) -> str:
    """What stands above the caret, where every character takes one column."""
    line, caret = snippet(text, column)
    return line[caret.index("^") : len(caret)]


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("text", "txt"), ("json", "json"), ("github", "github"), ("sarif", "sarif")],
)
def test_diagnostics_are_shown_whole(name: str, suffix: str) -> None:
    found = (
        diagnostic(
            "a number routes to at most one of assistantId, squadId, workflowId",
            5,
            3,
            code="R201",
            path="spec.squadId",
            help="remove one of the two",
            related=(Place("a.yaml", 3, 3),),
        ),
        diagnostic("url is not https", 4, 12, severity=Severity.WARNING, code="R213"),
        diagnostic("two of one name", 2, 3, code="R202", related=(Place("b.yaml", 7, 9),)),
    )
    shown = diagnostics_as(name, *found, text=SUPPORT).replace(f'"{__version__}"', '"VERSION"')
    assert shown == golden(f"every-validation.{suffix}")


def test_nothing_found_is_one_line() -> None:
    assert diagnostics_as("text") == "1 manifest, 0 errors, 0 warnings\n"


def test_a_warning_leaves_a_validation_valid() -> None:
    told = json.loads(diagnostics_as("json", diagnostic(severity=Severity.WARNING)))
    assert told["valid"]
    assert told["summary"] == {"manifests": 1, "errors": 0, "warnings": 1}


def test_a_fault_of_no_line_that_there_is_shows_none() -> None:
    assert diagnostics_as("text", diagnostic(line=9), text="a: 1\n").splitlines()[:3] == [
        "error[R999]: it is wrong",
        "  --> a.yaml:9:1",
        "",
    ]


def test_a_message_of_several_lines_is_indented() -> None:
    shown = diagnostics_as("text", diagnostic("several:\n1\n2")).splitlines()
    assert shown[:3] == ["error[R999]: several:", "  1", "  2"]


@pytest.mark.parametrize(
    ("text", "column", "token"),
    [
        ("  provider: vapi", 3, "provider"),
        ("  provider: vapi", 13, "vapi"),
        ('  "a key": 1', 3, '"a key"'),
        ("  'a key': 1", 3, "'a key'"),
        ("{a: {b: 1}}", 6, "b"),
        ("- [one, two]", 9, "two"),
        ("x: [", 4, "["),
    ],
)
def test_the_caret_stands_under_the_token(text: str, column: int, token: str) -> None:
    assert pointed(text, column) == token


@pytest.mark.parametrize("column", [6, 60])
def test_the_caret_stands_behind_a_line_that_ends_before_it(column: int) -> None:
    assert snippet("a: 12", column) == ("a: 12", "     ^")


def test_a_tab_is_shown_and_keeps_the_caret_right() -> None:
    assert snippet("a:\tbcd", 4) == ("a:\\tbcd", "    ^^^")


def test_wide_characters_take_two_columns() -> None:
    assert snippet("電話: 夜間", 5) == ("電話: 夜間", " " * 6 + "^" * 4)


def test_combining_characters_take_none() -> None:
    line = "ü: xy".replace("ü", "u\u0308")
    assert snippet(line, 5) == (line, "   ^^")


def test_a_long_line_is_cut_at_its_end() -> None:
    line, caret = snippet(f"key: {'a' * 400}", 1)
    assert line == f"key: {'a' * 155}…"
    assert caret == "^^^"


def test_a_long_line_is_cut_at_its_beginning_where_the_fault_is_far_right() -> None:
    text = f"{{a: {'a' * 400}, wrong: 1, {'b' * 400}: 1}}"
    assert pointed(text, text.index("wrong") + 1) == "wrong"
    line, _ = snippet(text, text.index("wrong") + 1)
    assert (line[0], line[-1], len(line)) == ("…", "…", 162)


def test_a_long_token_is_pointed_at_where_it_begins() -> None:
    line, caret = snippet(f"{'k' * 400}: 1", 1)
    assert (len(line), caret) == (161, "^" * 40)


@pytest.mark.parametrize("code", ["R215", "R216"])
def test_a_secret_that_a_rule_found_is_not_shown(code: str) -> None:
    assert snippet("  X-Odd: hunter2", 3, code) == ("  X-Odd: (not shown)", "  ^^^^^")


def test_a_secret_is_not_shown_by_another_fault_of_its_line() -> None:
    text = "{X-Odd: hunter2, nme: x}"
    shown = diagnostics_as(
        "text", diagnostic(column=2, code="R216"), diagnostic(column=18), text=text
    )
    assert "hunter2" not in shown


@pytest.mark.parametrize("columns", [(2, 18), (18, 2)])
def test_of_two_secrets_on_a_line_none_is_shown(columns: tuple[int, int]) -> None:
    text = "{X-Odd: hunter2, X-Even: hunter3}"
    found = [diagnostic(column=each, code="R216") for each in columns]
    assert "hunter" not in diagnostics_as("text", *found, text=text)


@pytest.mark.parametrize(
    "line",
    [
        "twilioAuthToken: hunter2",
        "twilioAuthTokn: hunter2",
        "'X-Api-Key' : hunter2",
        "headers: {Authorization: Bearer hunter2}",
        "authentication: {username: a, password: hunter2}",
        "x-webhook-signature: {hunter2",
        "apiKey: hunter2",
        "password: {env: A} # token: hunter2",
        "password: {env: A, default: hunter2}",
        "password: {file: a, env: hunter2}",
        "{token: {env: A}, password: hunter2}",
        "'my token value': hunter2",
        '"pass\\u0077ord": hunter2',
        "pasword: hunter2",
        "url: https://me:hunter2@hooks.example.com",
        "url: https://me:hun/ter2@hooks.example.com",
        "{url: 'https://hooks.example.com/?token=hunter2'}",
        "url: hooks.example.com?page=1&api_key=hunter2 # it",
    ],
)
def test_what_sounds_like_a_secret_is_not_shown_whatever_the_fault(line: str) -> None:
    shown, _ = snippet(line, 1)
    assert "hunter2" not in shown
    assert "(not shown)" in shown


def test_a_fault_within_what_is_not_shown_points_to_its_end() -> None:
    line, caret = snippet(f"password: {'x' * 400}", 300)
    assert line == "password: (not shown)"
    assert len(caret) == len(line) + 1


@pytest.mark.parametrize(
    "line",
    [
        "credentialId: hunter2",
        "twilioAuthToken: {env: TOKEN}",
        "password: {file: secrets/sip}",
        "secrets: {env: [A_*]}",
        "apiKey:",
        "key: startsWith",
        "authentication:   # token",
        "authentication: {realm: sip.example.com}",
        "url: https://hooks.example.com/@me",
    ],
)
def test_what_is_no_secret_is_shown(line: str) -> None:
    assert snippet(line, 1)[0] == line


SEVERAL_LINES = [
    "twilioAuthToken:\n  value: hunter2\n",
    "password:\n- hunter2\n",
    "password:\n  - {a: hunter2}\n",
    "password: |\n  a\n\n  hunter2\n",
    "password: >-\n  a\n  hunter2\n",
    "password: a\n  hunter2\n",
    "password: 'a\nhunter2'\n",
    "password: {env: A,\n  default: hunter2}\n",
    "{password:\n{value:\nhunter2}}\n",
    '{"password":\n"hunter2"}\n',
    "password:\n  env: A\n  default: hunter2\n",
    "password:\n  env:\n    - hunter2\n",
    "? password\n: hunter2\n",
    "a: &it hunter2\npassword: *it\n",
    "a: &it {b: hunter2}\nb: 1\npassword: *it\n",
    "a: &it password\n*it : hunter2\n",
    # And where the text is no YAML.
    "password:\n\thunter2\n",
    "password:\n  hunter2\x01\n",
    "password:\n  'hunter2\n",
    "password: |\n  a\n hunter2\n",
    "password:\n  - a\n  b: hunter2\n",
    "x: {a: 1\npassword:\n  hunter2\nb: 1\n",
    f"x: {'[' * 200}\npassword:\n  hunter2\n",
]


@pytest.mark.parametrize("text", SEVERAL_LINES)
def test_a_secret_of_several_lines_is_shown_on_none(text: str) -> None:
    for number in range(1, len(text.splitlines()) + 1):
        shown = diagnostics_as("text", diagnostic(line=number), text=text)
        assert "hunter2" not in shown
    every = [diagnostic(line=number + 1) for number in range(len(text.splitlines()))]
    shown = diagnostics_as("text", *every, text=text)
    assert "hunter2" not in shown
    assert "(not shown)" in shown


@pytest.mark.parametrize(
    ("text", "line", "shown"),
    [
        ("apiKey:\n  value: hunter2\n", 1, "apiKey:"),
        ("apiKey:\n  value: hunter2\n", 2, "  (not shown)"),
        ("apiKey:\n  value: hunter2\nb: 1\n", 3, "b: 1"),
        ("apiKey:\n  env: NAME\n", 2, "  env: NAME"),
        ("apiKey:\n  file: secrets/a\n", 2, "  file: secrets/a"),
        ("- password: hunter2\n  a: 1\n", 2, "  a: 1"),
        ("a: &it {env: NAME}\npassword: *it\n", 1, "a: &it {env: NAME}"),
        ("password: a\n---\nb: {c\n", 3, "b: {c"),
    ],
)
def test_only_the_secret_of_several_lines_is_hidden(text: str, line: int, shown: str) -> None:
    told = diagnostics_as("text", diagnostic(line=line), text=text).splitlines()
    assert told[3] == f" {line} | {shown}"


def test_a_related_line_is_shown_without_its_secret() -> None:
    found = diagnostic(line=2, related=(Place("a.yaml", 1, 1),))
    assert "hunter2" not in diagnostics_as("text", found, text="password: hunter2\nb: 1\n")


def test_sarif_quotes_file_names_and_counts_columns_in_characters() -> None:
    found = diagnostic(place=Place("numbers/büro #1.yaml", 2, 3))
    (run,) = json.loads(diagnostics_as("sarif", found))["runs"]
    (result,) = run["results"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "numbers/b%C3%BCro%20%231.yaml"},
        "region": {"startLine": 2, "startColumn": 3},
    }


def test_sarif_of_nothing_found_is_a_run_without_results() -> None:
    (run,) = json.loads(diagnostics_as("sarif"))["runs"]
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])
