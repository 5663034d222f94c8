"""Who hears of passes, and what is remembered of what they heard."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from reconciler.cli.options import Shared
from reconciler.cli.telling import Telling
from reconciler.model import Ending, PassReport, Plan, Summary
from reconciler.unattended import Notifier
from tests.api.server import Exchange, serving

# Of services that apprise knows, some import what Python is to lose.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

PLAN = Plan("prod", "", None, "", "", (), (), (), (), (), Summary())
FINE = PassReport("prod", "", 0.1, Ending.SYNCED, plan=PLAN)
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
