"""An account with a value that nobody can walk: every command says so, in words."""

import json
from pathlib import Path

import pytest

from tests.api.server import Exchange, serving
from tests.journeys.desk import Desk, sip

DEEP = json.loads("[" * 800 + "]" * 800)
ROW = {**sip("a"), "id": "1", "name": "a", "status": "active"}


@pytest.mark.parametrize(
    "command",
    [
        ("plan",),
        ("apply", "--auto-approve"),
        ("import", "--all"),
        ("reconcile", "--dry-run"),
        ("reconcile",),
    ],
)
def test_a_number_nested_without_end_is_an_answer_that_cannot_be_read(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    with serving(_answer) as (url, seen):
        desk = Desk(tmp_path, url)
        desk.configure()
        desk.manifest("a", sip("a"))
        ended = desk.run(*command, "--timeout", "100ms")
    assert ended.code == 1
    assert "the API answered 200 with a body that is nested deeper than 100 levels" in (
        ended.out + ended.err
    )
    assert "Traceback" not in ended.err
    assert {each.method for each in seen} == {"GET"}


def test_a_lock_nested_without_end_is_told_as_broken(kept: Desk) -> None:
    path = kept.directory / "reconciler.lock.json"
    lock = json.loads(path.read_text())
    lock["targets"]["prod"]["numbers"]["a"]["applied"]["hooks"] = DEEP
    path.write_text(json.dumps(lock))
    ended = kept.run("plan")
    assert ended.code == 1
    assert "reconciler.lock.json: is not whole JSON: it is nested deeper than 150" in ended.err


def _answer(exchange: Exchange) -> None:
    exchange.answer(200, [{**ROW, "fallbackDestination": DEEP}])
