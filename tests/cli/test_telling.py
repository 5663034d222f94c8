"""Who hears of passes, and what is remembered of what they heard."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from reconciler.cli.options import Shared
from reconciler.cli.telling import Telling
from reconciler.model import Ending, PassReport, Plan, Summary
from reconciler.report.news import RECOVERED
from reconciler.unattended import Notifier
from tests.api.server import Exchange, serving

# Of services that apprise knows, some import what Python is to lose.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

PLAN = Plan("prod", "", None, "", "", (), (), (), (), (), Summary())
FINE = PassReport("prod", "", 0.1, Ending.SYNCED, plan=PLAN)
BROKEN = PassReport("", "", 0.1, Ending.FAILED, "the configuration has errors", "faults")
DOWN = PassReport("prod", "", 0.1, Ending.FAILED, "no answer in time", "outage")


def telling(*urls: str) -> Telling:
    notify = [f"{each.replace('http', 'json')}/token" for each in urls]
    return Telling(Shared(), False, None, Notifier(notify) if notify else None)


def messages(heard: Sequence[Exchange]) -> list[str]:
    return [json.loads(each.body)["message"] for each in heard]


def taken(exchange: Exchange) -> None:
    exchange.answer(200)


def away(exchange: Exchange) -> None:
    exchange.answer(503)


def test_a_pass_cut_short_while_it_waited_leaves_the_news_to_whoever_has_the_turn(
    tmp_path: Path,
) -> None:
    with serving(away, taken) as (url, heard):
        telling(url).tell(DOWN, tmp_path)
        owed = (tmp_path / ".reconciler.prod.told.json").read_text()
        telling(url).tell(PassReport("prod", "", 0.1, Ending.INTERRUPTED), tmp_path)
        assert (len(heard), (tmp_path / ".reconciler.prod.told.json").read_text()) == (1, owed)
        telling(url).tell(FINE, tmp_path)
    assert messages(heard)[1].startswith("failed: no answer in time\nrecovered: ")


def test_what_was_told_and_cannot_be_kept_is_told_once_by_a_process(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = tmp_path / "gone"
    with serving(taken) as (url, heard):
        service = telling(url)
        for report in (DOWN, DOWN, FINE, FINE, DOWN, DOWN):
            service.tell(report, gone)
        gone.mkdir()
        service.tell(DOWN, gone)
        assert (gone / ".reconciler.prod.told.json").exists()
        telling(url).tell(DOWN, gone)
    kinds = [each.partition(":")[0] for each in messages(heard)]
    assert kinds == ["failed", "recovered", "failed"]
    complaint = f"warning: {gone}/.reconciler.prod.told.json cannot be written: No such file or "
    assert capsys.readouterr().err == f"{complaint}directory\n"


def test_a_configuration_of_which_nothing_can_be_kept_is_told_once_by_a_process(
    tmp_path: Path,
) -> None:
    gone = tmp_path / "gone"
    with serving(taken) as (url, heard):
        service = telling(url)
        for report in (BROKEN, BROKEN, FINE, FINE):
            service.tell(report, gone)
    assert [each.partition(":")[0] for each in messages(heard)] == ["failed", "recovered"]


def test_a_configuration_that_is_mended_takes_along_what_a_url_is_owed_of_it(
    tmp_path: Path,
) -> None:
    with serving(away, away, away, taken) as (url, heard):
        for report in (DOWN, BROKEN, FINE, FINE):
            telling(url).tell(report, tmp_path)
    assert messages(heard)[3].splitlines() == [
        "failed: no answer in time",
        "failed: the configuration has errors",
        "recovered: the configuration could not be used, and now it can",
        RECOVERED,
    ]


@pytest.mark.parametrize("trouble", [DOWN, BROKEN])
@pytest.mark.parametrize("by_hand", [(0,), (1,), (0, 1)])
def test_a_pass_that_notifies_nobody_owes_its_news_to_the_urls_that_were_notified_last(
    tmp_path: Path, by_hand: tuple[int, ...], trouble: PassReport
) -> None:
    with serving(taken) as (url, heard):
        telling(url, url).tell(FINE, tmp_path)
        for step, report in enumerate((trouble, FINE)):
            if step in by_hand:
                telling().tell(report, tmp_path)
            else:
                telling(url, url).tell(report, tmp_path)
        telling(url, url).tell(FINE, tmp_path)
    lines = [line.partition(":")[0] for each in messages(heard) for line in each.splitlines()]
    assert sorted(lines) == ["failed", "failed", "recovered", "recovered"]
    told = (json.loads(each.read_text()) for each in tmp_path.iterdir())
    assert [(each["unsent"], each["urls"]) for each in told] == [({}, 2), ({}, 2)]


def test_no_more_is_owed_than_is_worth_telling(tmp_path: Path) -> None:
    with serving(taken) as (url, _):
        telling(url).tell(FINE, tmp_path)
    for _ in range(70):
        for report in (DOWN, FINE):
            telling().tell(report, tmp_path)
    told = json.loads((tmp_path / ".reconciler.prod.told.json").read_text())
    assert (len(told["unsent"]["1"]), told["unsent"]["1"][-1]) == (100, RECOVERED)


def test_where_no_url_was_ever_notified_nothing_is_owed(tmp_path: Path) -> None:
    for report in (DOWN, FINE):
        telling().tell(report, tmp_path)
    (path,) = tmp_path.iterdir()
    assert json.loads(path.read_text())["unsent"] == {}


def test_a_url_that_fails_is_complained_of_though_it_was_owed_news_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(away) as (url, _):
        telling(url).tell(FINE, tmp_path)
        telling().tell(DOWN, tmp_path)
        for _ in range(2):
            telling(url).tell(DOWN, tmp_path)
    said = "warning: --notify: URL 1 could not be notified, and is tried again by each pass\n"
    assert capsys.readouterr().err == said
