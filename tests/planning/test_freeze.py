"""When nothing may be written."""

from datetime import UTC, datetime

import pytest

from reconciler.model import Freeze
from reconciler.planning.freeze import freeze_fault, frozen

MONDAY_NOON = datetime(2026, 11, 23, 12, 0, 30, tzinfo=UTC)
OFFICE_HOURS = "* 8-17 * * 1-5"


@pytest.mark.parametrize(
    ("freeze", "is_frozen"),
    [
        (Freeze(cron=OFFICE_HOURS), True),
        (Freeze(cron="* * * * 6-7"), False),
        (Freeze(cron="0 12 * * *"), True),
        (Freeze(cron="1 12 * * *"), False),
        (Freeze(cron="* 13 * * *", timezone="Europe/Berlin"), True),
        (Freeze(cron="* 12 * * *", timezone="Europe/Berlin"), False),
        (Freeze(until="2026-11-24"), True),
        (Freeze(until="2026-11-23T12:00:00Z"), False),
        (Freeze(until="2026-11-23T14:00:00+01:00"), True),
        (Freeze(until="2026-11-23", timezone="Pacific/Pago_Pago"), False),
        (Freeze(until="2026-11-23T02:00", timezone="Pacific/Pago_Pago"), True),
        (Freeze(until="2026-11-24", timezone="Pacific/Kiritimati"), False),
        (Freeze(until="2026-11-24T03:00", timezone="Pacific/Kiritimati"), True),
        (Freeze(until="2026-11-23T12:00:00Z", timezone="Pacific/Pago_Pago"), False),
    ],
)
def test_a_window_holds_writes_back(freeze: Freeze, is_frozen: bool) -> None:
    assert bool(frozen([freeze], MONDAY_NOON)) is is_frozen


def test_any_window_is_enough_and_says_which() -> None:
    windows = [Freeze(until="2020-01-01"), Freeze(cron=OFFICE_HOURS)]
    assert frozen(windows, MONDAY_NOON) == "frozen by * 8-17 * * 1-5 (UTC)"
    assert frozen([], MONDAY_NOON) == ""


@pytest.mark.parametrize(
    ("freeze", "said"),
    [
        (Freeze(until="2126-01-01"), "frozen until 2126-01-01"),
        (Freeze(until="2126-01-01", timezone="Asia/Tokyo"), "frozen until 2126-01-01 (Asia/Tokyo)"),
        (
            Freeze(until="2126-01-01T06:00Z", timezone="Asia/Tokyo"),
            "frozen until 2126-01-01T06:00Z",
        ),
    ],
)
def test_a_time_says_its_zone_where_it_has_one_of_its_own(freeze: Freeze, said: str) -> None:
    assert frozen([freeze], MONDAY_NOON) == said


def test_a_time_that_the_clock_leaves_out_or_repeats_is_one_moment() -> None:
    skipped = Freeze(until="2026-03-29T02:30", timezone="Europe/Berlin")
    assert frozen([skipped], datetime(2026, 3, 29, 1, 29, tzinfo=UTC))
    assert not frozen([skipped], datetime(2026, 3, 29, 1, 30, tzinfo=UTC))
    repeated = Freeze(until="2026-10-25T02:30", timezone="Europe/Berlin")
    assert frozen([repeated], datetime(2026, 10, 25, 0, 29, tzinfo=UTC))
    assert not frozen([repeated], datetime(2026, 10, 25, 0, 30, tzinfo=UTC))


@pytest.mark.parametrize("until", ["0001-01-01", "9999-12-31T23:59:59"])
@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Pacific/Kiritimati"])
def test_a_time_at_either_end_of_the_calendar_can_be_compared(until: str, zone: str) -> None:
    window = Freeze(until=until, timezone=zone)
    assert (freeze_fault(window), bool(frozen([window], MONDAY_NOON))) == ("", until[0] == "9")


def test_an_hour_that_the_clock_repeats_is_frozen_both_times() -> None:
    window = Freeze(cron="30 2 * * *", timezone="Europe/Berlin")
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert frozen([window], first)
    assert frozen([window], second)


@pytest.mark.parametrize(
    ("freeze", "fault"),
    [
        (Freeze(cron="* * *"), "'* * *' is not a cron expression"),
        (Freeze(cron="* * * * * *"), "it must have 5 fields"),
        (Freeze(cron="0 * * * * *"), "it must have 5 fields"),
        (Freeze(cron="61 * * * *"), "is not a cron expression"),
        (Freeze(cron="* * * * *", timezone="Mars/Olympus"), "'Mars/Olympus' is not a time zone"),
        (Freeze(until="2026-12-01", timezone="Nowhere/City"), "'Nowhere/City' is not a time zone"),
        (Freeze(until="2026-13-01"), "'2026-13-01' is not a time"),
    ],
)
def test_a_window_that_cannot_be_read_is_told(freeze: Freeze, fault: str) -> None:
    assert fault in freeze_fault(freeze)


def test_a_window_that_can_be_read_has_no_fault() -> None:
    assert freeze_fault(Freeze(OFFICE_HOURS, "Europe/Berlin", "2026-12-01T06:00:00Z")) == ""
