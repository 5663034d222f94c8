"""Timestamps as the API writes them (ISO 8601, milliseconds, `Z`) <-> milliseconds since 1970."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import time_ns

# Milliseconds since 1970.
Clock = Callable[[], int]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> int:
    """The time of day."""
    return time_ns() // 1_000_000


def format_time(milliseconds: int) -> str:
    """`2026-08-20T09:30:00.250Z`."""
    moment = _EPOCH + timedelta(milliseconds=milliseconds)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_time(text: str) -> int | None:
    """The moment that an ISO 8601 text names, UTC unless it says otherwise; None if it is none."""
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (aware - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return None
