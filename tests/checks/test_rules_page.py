"""docs/rules.md explains every code, and its examples are true."""

import re
from pathlib import Path

import pytest

from reconciler.checks import RULES
from reconciler.config import read_config
from reconciler.model import Diagnostic
from reconciler.schema.chosen import known_providers
from reconciler.schema.packaged import load_config_schema
from tests.checks.checking import HEADER, found_in_file

PAGE = (Path(__file__).parent.parent.parent / "docs" / "rules.md").read_text("utf-8")
_SECTION = re.compile(r"^## (R\d{3})\n(.*?)(?=^#{1,2} [A-Z]|\Z)", re.MULTILINE | re.DOTALL)
_EXAMPLE = re.compile(r"^(Bad|Good):\n```yaml\n(.*?)```$", re.MULTILINE | re.DOTALL)
SECTIONS = dict(_SECTION.findall(PAGE))
EXAMPLES = [
    (code, kind, text)
    for code, section in SECTIONS.items()
    for kind, text in _EXAMPLE.findall(section)
]
# What no short text can show: files and directories, overlays, depth, other schemas, the account.
WITHOUT_EXAMPLE = {
    *("R001", "R006", "R010", "R011", "R012", "R020", "R021", "R022", "R023"),
    *("R110", "R301", "R302", "R303", "R304", "R406", "R501"),
}


def completed(text: str) -> str:
    """An example with what it leaves out; one that is no manifest at all stays as it is."""
    documents = text.split("---\n")
    if "targets:" in text:
        return "---\n".join(HEADER.replace("PhoneNumber", "Config") + each for each in documents)
    return "---\n".join(
        HEADER + ("" if "metadata:" in each else "metadata: {name: example}\n") + each
        if "spec:" in each
        else each
        for each in documents
    )


def test_the_page_explains_every_code_once_in_each_direction() -> None:
    assert sorted(code for code, _ in _SECTION.findall(PAGE)) == sorted(RULES)


@pytest.mark.parametrize("code", sorted(RULES))
def test_the_page_says_whether_a_code_is_an_error_or_a_warning(code: str) -> None:
    assert SECTIONS[code].startswith(f"{RULES[code].severity.capitalize()}. ")


@pytest.mark.parametrize("code", sorted(RULES.keys() - WITHOUT_EXAMPLE))
def test_a_code_has_a_bad_and_a_good_example(code: str) -> None:
    assert [kind for kind, _ in _EXAMPLE.findall(SECTIONS[code])] == ["Bad", "Good"]


def found_in_example(code: str, file: Path) -> tuple[Diagnostic, ...]:
    if code.startswith("R4"):
        return read_config(str(file), {}, load_config_schema(), known_providers).diagnostics
    return found_in_file(file)


@pytest.mark.parametrize(
    ("code", "kind", "text"), EXAMPLES, ids=[f"{code}-{kind}" for code, kind, _ in EXAMPLES]
)
def test_an_example_yields_its_code_alone_and_a_good_one_nothing(
    code: str, kind: str, text: str, tmp_path: Path
) -> None:
    file = tmp_path / "example.yaml"
    file.write_text(completed(text), "utf-8")
    seen = [each.code for each in found_in_example(code, file)]
    assert seen == ([code] if kind == "Bad" else [])
