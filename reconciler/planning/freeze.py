"""Maintenance windows and the time -> whether anything may be written. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reconciler.model import Freeze

_MINUTE = timedelta(minutes=1)
_FIELDS = 5


def frozen(freezes: Sequence[Freeze], now: datetime) -> str:
    """Why nothing may be written at `now`, which knows its zone; "" where something may."""
    for each in freezes:
        if each.until and now < _moment(each):
            return f"frozen until {each.until}{_zone(each)}"
        if each.cron and _names(each, now):
            return f"frozen by {each.cron} ({each.timezone})"
    return ""


def freeze_fault(freeze: Freeze) -> str:
    """What is wrong with a window; "" where it can be read."""
    from cronsim import CronSimError  # noqa: PLC0415 - only where there are windows

    if freeze.cron and len(freeze.cron.split()) != _FIELDS:
        # With six, the first would be seconds, and no whole minute would ever be named.
        return f"{freeze.cron!r} is not a cron expression: it must have {_FIELDS} fields"
    try:
        ZoneInfo(freeze.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"{freeze.timezone!r} is not a time zone"
    try:
        if freeze.until:
            _moment(freeze)
    except ValueError:
        return f"{freeze.until!r} is not a time"
    try:
        _names(freeze, datetime(2026, 1, 1, tzinfo=UTC))
    except (CronSimError, ValueError) as error:
        return f"{freeze.cron!r} is not a cron expression: {error}"
    return ""


def _names(freeze: Freeze, now: datetime) -> bool:
    """Whether the expression names the minute of `now`."""
    from cronsim import CronSim  # noqa: PLC0415 - only where there are windows

    zone = ZoneInfo(freeze.timezone)
    if not freeze.cron:
        return False
    minute = now.astimezone(zone).replace(second=0, microsecond=0)
    # In wall time: an hour that the clock repeats is frozen both times.
    wall = minute.replace(tzinfo=None)
    return next(CronSim(freeze.cron, wall - _MINUTE), None) == wall


def _moment(freeze: Freeze) -> datetime:
    """When it is over: a time that says no offset is one of its zone."""
    moment = datetime.fromisoformat(freeze.until)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(freeze.timezone))


def _zone(freeze: Freeze) -> str:
    """Which zone `until` is in, where neither it says so nor it is the default."""
    has_offset = datetime.fromisoformat(freeze.until).tzinfo is not None
    return "" if has_offset or freeze.timezone == Freeze().timezone else f" ({freeze.timezone})"
