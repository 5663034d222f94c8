"""Every file of tests/cases: a good one yields nothing, a bad one what its first lines say."""

import re
from pathlib import Path

import pytest

from reconciler.checks import RULES
from tests.checks.checking import found_in_file

CASES = Path(__file__).parent.parent / "cases"
_EXPECTED = re.compile(r"# (R\d{3} \d+:\d+)")


def names(kind: str) -> list[str]:
    return sorted(path.name for path in (CASES / kind).glob("*.yaml"))


def expected(text: str) -> list[str]:
    """The leading comments of the form `# R201 14:3`."""
    lines = []
    for line in text.splitlines():
        matched = _EXPECTED.fullmatch(line)
        if not matched:
            break
        lines.append(matched[1])
    return lines


@pytest.mark.parametrize("name", names("good"))
def test_a_good_case_yields_nothing(name: str) -> None:
    assert found_in_file(CASES / "good" / name) == ()


@pytest.mark.parametrize("name", names("bad"))
def test_a_bad_case_yields_what_its_first_lines_say(name: str) -> None:
    path = CASES / "bad" / name
    seen = [f"{each.code} {each.place.line}:{each.place.column}" for each in found_in_file(path)]
    wanted = expected(path.read_text("utf-8"))
    assert wanted
    assert seen == wanted


def test_every_rule_that_a_file_can_break_has_a_bad_case() -> None:
    of_the_configuration = {code for code in RULES if code.startswith("R4")}
    of_paths = {"R001", "R010", "R011", "R012"}
    of_other_schemas = {"R110"}
    of_a_target = {"R020", "R021", "R022", "R023", "R501"}
    of_the_account = {"R301", "R302", "R303", "R304"}
    broken = {
        each.split()[0]
        for name in names("bad")
        for each in expected((CASES / "bad" / name).read_text("utf-8"))
    }
    elsewhere = of_the_configuration | of_paths | of_other_schemas | of_a_target | of_the_account
    assert RULES.keys() - elsewhere == broken
