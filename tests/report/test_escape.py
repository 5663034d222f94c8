"""Foreign text never breaks out of a line of a terminal."""

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.planning import to_document
from reconciler.report import PLAN_FORMATS, PlanView, Style
from reconciler.report.escape import terminal
from tests.report.test_golden import FULL

HOSTILE = [
    "\x1b[2J\x1b[31mowned",
    "name\nPlan: 0 to add, 0 to change, 0 to destroy.",
    "\u202egnp.exe",
    "\u2066hidden\u2069",
    "bell\x07back\x08",
    "line\u2028separator",
    "zero\u200bwidth",
]


def is_safe(text: str) -> bool:
    return all(unicodedata.category(each) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for each in text)


@given(st.text())
def test_no_control_or_direction_character_remains(text: str) -> None:
    assert is_safe(terminal(text))


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_ordinary_text_of_any_script_stays_as_it_is(text: str) -> None:
    assert terminal(text) == text


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_name_stays_within_its_line(hostile: str) -> None:
    (number, *_) = FULL.unmanaged
    change = replace(FULL.operations[2].changes[0], before=hostile, before_name=hostile)
    operation = replace(FULL.operations[2], changes=(change,))
    plan = replace(
        FULL, operations=(operation,), unmanaged=(replace(number, name=hostile, number=hostile),)
    )
    shown = PLAN_FORMATS["text"](PlanView(plan, to_document(plan, "0"), Style(verbose=True)))
    calm = replace(change, before="x", before_name="x")
    other = replace(plan, operations=(replace(operation, changes=(calm,)),))
    plain = PLAN_FORMATS["text"](PlanView(other, to_document(other, "0"), Style(verbose=True)))
    assert all(is_safe(line) for line in shown.split("\n"))
    assert shown.count("\n") == plain.count("\n")
