"""What `apply` says beside what it did: the plan that nobody approved, and what it cannot see."""

from pathlib import Path

import pytest

from tests.api.server import Exchange, serving
from tests.journeys.desk import Desk, sip


def test_where_nobody_can_approve_the_plan_is_shown_and_nothing_is_done(desk: Desk) -> None:
    desk.manifest("a", sip("a"))
    ended = desk.run("apply", "numbers")
    assert (ended.code, ended.out, desk.numbers()) == (1, "", [])
    plan, error, _ = ended.err.partition("error: nobody is here to approve the plan")
    assert "Plan: 1 to add, 0 to change, 0 to destroy." in plan
    assert error


def test_with_nothing_to_do_it_says_so_as_terraform_does(desk: Desk) -> None:
    desk.manifest("a", sip("a"))
    desk.apply()
    assert desk.apply().out == (
        "No changes. Your infrastructure matches the configuration.\n\n"
        "Apply complete! Resources: 0 added, 0 changed, 0 destroyed.\n"
    )


@pytest.mark.parametrize(("statuses", "code"), [((401,), 4), ((400, 200), 0)])
def test_what_was_done_is_told_where_looking_at_it_fails(
    tmp_path: Path, statuses: tuple[int, ...], code: int
) -> None:
    looks = iter(statuses)
    account: list[dict[str, str]] = []

    def answer(exchange: Exchange) -> None:
        if exchange.method == "POST":
            account.append({**sip("a"), "id": "1", "name": "a", "status": "active"})
            exchange.answer(201, account[0])
        else:
            exchange.answer(next(looks) if account else 200, account)

    with serving(answer) as (url, _):
        desk = Desk(tmp_path, url)
        desk.manifest("a", sip("a"))
        ended = desk.run("apply", "numbers", "--auto-approve", "--wait", "5m")
    assert ended.code == code
    assert "PhoneNumber/a created  1" in ended.out
    assert "error:" not in ended.err
    told = "warning: the new numbers could not be looked at: the API answered 401"
    assert (told in ended.err) == (code != 0)
    assert ("PhoneNumber/a is not active yet" in ended.out) == (code != 0)
