"""What judges a manifest: one reading of patterns, bounded in time, and nothing from outside."""

from time import monotonic
from typing import Any

import pytest

from reconciler.checks.explain import explain
from reconciler.checks.validators import explainer, verdict
from reconciler.errors import InputError
from tests.api.server import serving


def both(schema: Any, value: Any) -> set[bool]:
    """What the two validators say."""
    return {verdict(schema, "it").is_valid(value), explain(explainer(schema), value) == ()}


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (r"^\p{L}+$", "é", "1"),
        (r"^(?<year>\d{4})$", "2026", "26"),
        (r"^\d$", "1", "\u0661"),
        (r"^a$", "a", "a\n"),
    ],
)
def test_a_pattern_means_to_both_what_javascript_means(pattern: str, good: str, bad: str) -> None:
    assert both({"pattern": pattern}, good) == {True}
    assert both({"pattern": pattern}, bad) == {False}


def test_a_pattern_cannot_hold_a_run_up() -> None:
    started = monotonic()
    assert both({"pattern": "^(a+)+$"}, "a" * 5000 + "b") == {False}
    assert monotonic() - started < 1


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": "(["},
        {"type": "file"},
        {"properties": {"a": {"minLength": "3"}}},
        {"$ref": "#/$defs/gone"},
        {"$ref": "file:///etc/passwd"},
        [],
        5,
    ],
)
def test_what_is_no_schema_is_told(schema: Any) -> None:
    with pytest.raises(InputError, match=r"it: is not a JSON Schema"):
        verdict(schema, "it")


def test_nothing_that_a_schema_refers_to_is_fetched() -> None:
    with serving(lambda each: each.answer(200, {"type": "string"})) as (url, seen):
        schema = {"$ref": f"{url}/schema"}
        with pytest.raises(InputError):
            verdict(schema, "it")
        with pytest.raises(Exception, match="Unresolvable"):
            list(explainer(schema).iter_errors(1))
    assert seen == []
