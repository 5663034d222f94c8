"""What an option says, and what it may not say."""

import click
import pytest

from reconciler.cli.limits import LimitType, limits_over
from reconciler.cli.options import Duration, Shared
from reconciler.model import Limit, Limits

NOTHING_SAID = {f"max_{name}": None for name in Limits.__slots__}


@pytest.mark.parametrize(
    ("said", "seconds"), [("90", 90), ("1.5s", 1.5), ("250ms", 0.25), ("5m", 300), ("1h", 3600)]
)
def test_a_duration_is_a_number_with_or_without_a_unit(said: str, seconds: float) -> None:
    assert Duration().convert(said, None, None) == seconds


@pytest.mark.parametrize("said", ["0", "0.0s", "-5", "5 m", "5d", "m", "", "1e3", "inf", "5m\n"])
def test_anything_else_is_no_duration(said: str) -> None:
    with pytest.raises(click.BadParameter, match="30s or 5m"):
        Duration().convert(said, None, None)


@pytest.mark.parametrize("said", ["720.1h", "2592001", "99999999999h", "9" * 400])
def test_nothing_takes_longer_than_30_days(said: str) -> None:
    assert Duration().convert("720h", None, None) == 30 * 24 * 3600
    with pytest.raises(click.BadParameter, match="is longer than 30 days"):
        Duration().convert(said, None, None)


@pytest.mark.parametrize(
    ("said", "limit"),
    [
        ("0", Limit(count=0)),
        ("12", Limit(count=12)),
        ("0%", Limit(percent=0)),
        ("30%", Limit(percent=30)),
    ],
)
def test_a_limit_is_a_count_or_a_percent(said: str, limit: Limit) -> None:
    assert LimitType().convert(said, None, None) == limit


@pytest.mark.parametrize("said", ["-1", "1.5", "%", "30 %", "all", "", "1%%", "3\n"])
def test_anything_else_is_no_limit(said: str) -> None:
    with pytest.raises(click.BadParameter, match="neither a count"):
        LimitType().convert(said, None, None)


def test_a_limit_said_for_a_run_stands_over_that_of_the_target_alone() -> None:
    said = NOTHING_SAID | {"max_deletes": Limit(count=2)}
    limits = limits_over(Limits(creates=Limit(count=7)), said)
    assert limits == Limits(creates=Limit(count=7), deletes=Limit(count=2))


def test_limits_are_taken_out_of_what_a_command_is_told() -> None:
    said = NOTHING_SAID | {"other": 1}
    limits_over(Limits(), said)
    assert said == {"other": 1}


def test_what_stands_after_the_command_wins_over_what_stands_before() -> None:
    before = Shared(config="a.yaml", target="a", quiet=True, only=("x",))
    assert Shared(target="b", only=("y",)).over(before) == Shared(
        config="a.yaml", target="b", quiet=True, only=("y",)
    )
