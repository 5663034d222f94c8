from collections.abc import Mapping
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reconciler.documents import read_plain
from reconciler.manifests import manifest_text, merge
from reconciler.model import Manifest

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SCALARS = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
TREACHEROUS = [
    *("yes", "No", "on", "y", "null", "~", "", "true", "=", "<<", "---", "...", "-", "- a", "a:"),
    *("a: b", "a #b", "#", "[a", "{x}", "%a", "@x", "`", "!t", "&a", "*a", "|", ">", "'", '"'),
    *("1e3", "0o7", "0x1f", "1:30", "1_000", "2020-01-01", ".inf", "nan", "+14155550100", "0123"),
    *(" a", "a ", "tab\there", "two\nlines", "a😀\nb", "👨\u200d👩\u200d👧", "\ufeffa", "\u2028"),
    *(
        "\x7f",
        "\x85",
        "\x00",
        "a\u00a0b",
        "\\",
        "sip:a@sip.vapi.ai",
        "https://x.example.com/?a=b,c",
    ),
]


def read_both(value: Any) -> tuple[Any, Any]:
    """What our reader of YAML 1.2 makes of a written value, and a common one of YAML 1.1."""
    text = manifest_text({"spec": value}, "../s.json")
    ours, common = read_plain(text.encode(), "x.yaml"), yaml.safe_load(text)
    assert isinstance(ours, Mapping)
    filled = merge([Manifest(ours, ()), Manifest(common, ())], (), {}).manifests
    return filled[0].value, filled[1].value


@pytest.mark.parametrize("text", TREACHEROUS)
def test_text_stays_that_text_for_every_reader(text: str) -> None:
    value = {"value": text, "list": [text], "lists": [[text]], "maps": [{"a": text, "b": {}}]}
    assert read_both(value) == ({"spec": value}, {"spec": value})


@pytest.mark.parametrize("key", TREACHEROUS)
def test_a_key_stays_that_key_for_every_reader(key: str) -> None:
    value = {key: "one", "nested": {key: {"a": 1, "b": [key]}}}
    assert read_both(value) == ({"spec": value}, {"spec": value})


@given(st.dictionaries(TEXT, VALUES, max_size=4))
def test_whatever_is_written_is_read_back(value: dict[str, Any]) -> None:
    assert read_both(value) == ({"spec": value}, {"spec": value})


def test_a_manifest_reads_as_people_write_them() -> None:
    spec: dict[str, Any] = {
        "provider": "vapi",
        "number": "+14155550100",
        "smsEnabled": False,
        "assistantId": {"name": "Support bot"},
        "server": {"url": "https://x.example.com/a", "headers": {"X-Token": {"env": "TOKEN"}}},
        "hooks": [{"on": "call.ringing", "do": [{"type": "say", "exact": "No."}]}],
    }
    first, text = manifest_text({"kind": "PhoneNumber", "spec": spec}, "../s.json").split("\n", 1)
    assert first == "# yaml-language-server: $schema=../s.json"
    assert text == (
        "kind: PhoneNumber\n"
        "spec:\n"
        "  provider: vapi\n"
        '  number: "+14155550100"\n'
        "  smsEnabled: false\n"
        "  assistantId: {name: Support bot}\n"
        "  server:\n"
        "    url: https://x.example.com/a\n"
        "    headers:\n"
        "      X-Token: {env: TOKEN}\n"
        "  hooks:\n"
        '    - "on": call.ringing\n'
        "      do:\n"
        "        - type: say\n"
        "          exact: No.\n"
    )
