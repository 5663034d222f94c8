"""A plan without the account: what it says, what it never says, and what it does not need."""

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.desk import Desk, sandbox

SIP = {"provider": "vapi", "sipUri": "sip:a@sip.vapi.ai"}


@pytest.fixture
def applied(tmp_path: Path) -> Desk:
    """A desk whose account was there once; nobody listens at its URL now."""
    with sandbox({"assistant": [{"name": "Bot"}]}) as url:
        desk = Desk(tmp_path, url, {"TOKEN": "secret"})
        desk.configure(secrets={"env": ["TOKEN"]})
        hook = {"url": "https://a.example", "headers": {"X-Token": {"env": "TOKEN"}}}
        desk.manifest("a", SIP | {"assistantId": {"name": "Bot"}, "server": hook})
        assert desk.run("apply", "--auto-approve").code == 0
    return Desk(tmp_path, url, {"VAPI_API_KEY": ""})


def foresee(desk: Desk, *arguments: str) -> Any:
    ended = desk.run("plan", "--offline", "--format", "json", *arguments)
    assert ended.code == 0, ended.err
    return ended.json


def test_neither_key_nor_secret_nor_network_is_needed(applied: Desk) -> None:
    made = foresee(applied)
    assert (made["offline"], made["expected"]) == (True, [])
    paths = [each["path"] for each in made["notCompared"]]
    assert paths == ["assistantId", "server.headers.X-Token"]


def test_nothing_to_expect_is_not_called_no_changes(applied: Desk) -> None:
    ended = applied.run("plan", "--offline")
    assert ended.code == 0, ended.err
    assert "No changes" not in ended.out
    assert "Plan:" not in ended.out
    assert "Not looked at:" in ended.out
    assert ended.out.splitlines()[-1].startswith("By the lock: 0 new, 0 changed, 0 to release")


def test_what_changed_since_the_last_apply_is_told(applied: Desk) -> None:
    applied.manifest("a", SIP | {"name": "other"})
    applied.manifest("b", {"provider": "vapi", "sipUri": "sip:b@sip.vapi.ai"})
    text = applied.run("plan", "--offline").out
    assert "~ PhoneNumber/a not what was last applied  numbers/a.yaml:1" in text
    assert '      ~ name  "a" -> "other"' in text
    assert "+ PhoneNumber/b not in the lock: created, unless the account holds it already" in text
    summary = {"new": 1, "changed": 1, "released": 0, "unknown": 0}
    assert foresee(applied)["summary"] == summary
    assert foresee(applied, "--no-lock")["summary"] == summary | {"new": 2, "changed": 0}


def test_a_fault_in_a_manifest_is_an_error_here_too(applied: Desk) -> None:
    applied.manifest("a", SIP | {"nmae": "x"})
    ended = applied.run("plan", "--offline")
    assert (ended.code, ended.out) == (1, "")
    assert "numbers/a.yaml" in ended.err


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (["--out", "p.json"], "no plan that could be saved"),
        (["--detailed-exitcode"], "cannot tell whether there are changes"),
        (["--max-deletes", "1"], "leave out --max-deletes"),
    ],
)
def test_what_only_the_account_can_answer_is_refused(
    applied: Desk, option: list[str], said: str
) -> None:
    ended = applied.run("plan", "--offline", *option)
    assert ended.code == 1
    assert said in ended.err
    assert not (applied.directory / "p.json").exists()
