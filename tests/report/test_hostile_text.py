"""No foreign text breaks out of the medium it is shown in."""

import json
import unicodedata
from dataclasses import replace
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import (
    Action,
    Blocked,
    Change,
    Json,
    Place,
    Status,
    Unhealthy,
    Warned,
)
from reconciler.report import PLAN_FORMATS, VALIDATION_FORMATS
from reconciler.report.escape import json_text, terminal, terminal_lines
from tests.report.samples import (
    diagnostic,
    diagnostics_as,
    everything,
    live,
    operation,
    outcome_as,
    plan,
    plan_as,
    result,
)

UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
# Texts that are hostile more often than not.
HOSTILE = st.text(
    st.one_of(
        st.sampled_from("\x00\x07\x08\t\n\r\x1b\x7f\x85\x9b\xad\u061c\u2028\u202e\u2066\ufeff"),
        st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"]),
        st.characters(),
    ),
    max_size=12,
)


def unsafe_in(text: str) -> set[str]:
    """The characters that a terminal would act upon, but for the ends of lines."""
    return {each for each in text if each != "\n" and unicodedata.category(each) in UNSAFE}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Support US", "Support US"),
        ("Büro 電話 🎧", "Büro 電話 🎧"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("\x9b31mred", "\\x9b31mred"),
        ("a\nb\tc\rd", "a\\nb\\tc\\x0dd"),
        ("\u202eevil", "\\u202eevil"),
        ("a\u2028b", "a\\u2028b"),
        ("\U000e0041", "\\U000e0041"),
        ("\udcff", "\\udcff"),
        ("::error::forged", "\\x3a:error::forged"),
        ("##[error]forged", "\\x23#[error]forged"),
    ],
)
def test_what_is_unsafe_is_shown_by_its_code_point(text: str, shown: str) -> None:
    assert terminal(text) == shown


@given(
    st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"], exclude_characters=":#"))
)
def test_ordinary_text_of_any_script_stays_as_it_is(text: str) -> None:
    assert terminal(text) == text


@given(HOSTILE)
def test_json_is_safe_to_print_and_loses_nothing(text: str) -> None:
    shown = json_text({text: [text]})
    assert unsafe_in(shown) == set()
    assert json.loads(shown) == {text: [text]}
    shown.encode("utf-8")


def hostile_plan(text: str) -> str:
    value: Json = {text: [text, text]}
    made = plan(
        operation(
            Action.PATCH,
            text,
            Change(text, text, text, note=text),
            Change(text, text, None, note=text),
            Change(text, value, value, before_name=text),
            Change(text, None, [text] * 60, after_name=""),
            source=Place(text, 1, 1),
        ),
        target=text,
        base_url=text,
        blocked=(Blocked(f"PhoneNumber/{text}", text, "no", text), Blocked(text, text, "no")),
        warnings=(Warned(text, text),),
        health=(Unhealthy(text, "blocked"), Unhealthy(text, text)),  # type: ignore[arg-type]
        unmanaged=(live(text, text, text), live(text, text, sip_uri=text)),
    )
    return "".join(plan_as(name, made, verbose=True) for name in PLAN_FORMATS)


@given(HOSTILE)
def test_a_plan_shows_nothing_unsafe(text: str) -> None:
    assert unsafe_in(hostile_plan(text)) == set()


@given(HOSTILE)
def test_an_outcome_shows_nothing_unsafe(text: str) -> None:
    shown = [
        result(
            status,
            key=text,
            live_id=text,
            error_kind=text,
            error_message=text,
            not_taken=(text,),
        )
        for status in Status
    ]
    assert unsafe_in(outcome_as("text", *shown) + outcome_as("json", *shown)) == set()


@given(st.text(alphabet="\n\r:,%: error", max_size=20))
def test_no_message_begins_a_workflow_command_or_ends_a_property(text: str) -> None:
    found = diagnostic(text, place=Place(text, 1, 1), help=text)
    command, _ = diagnostics_as("github", found).splitlines()
    properties, _, data = command.removeprefix("::error ").partition("::")
    assert [each.partition("=")[0] for each in properties.split(",")] == [
        "file",
        "line",
        "col",
        "title",
    ]
    decoded = terminal_lines(f"{text}\nhelp: {text}" if text else text)
    assert unquote(data) == decoded


@given(HOSTILE, st.integers(1, 15))
def test_a_diagnostic_shows_nothing_unsafe(text: str, column: int) -> None:
    related = (Place("a.yaml", 2, 1), Place(text, 1, 1))
    found = diagnostic(text, column=column, path=text, help=text, related=related)
    elsewhere = replace(found, place=Place(text, 1, 1))
    for name in VALIDATION_FORMATS:
        assert unsafe_in(diagnostics_as(name, found, elsewhere, text=f"{text}\nb")) == set()


@given(HOSTILE.filter(lambda text: "\n" not in text), HOSTILE)
def test_no_name_adds_a_line_to_a_plan(name: str, other: str) -> None:
    def lines(text: str) -> int:
        made = replace(everything(), target=text, unmanaged=(live(text, text, text),))
        return plan_as("text", made, verbose=True).count("\n")

    assert lines(name) == lines(other)
