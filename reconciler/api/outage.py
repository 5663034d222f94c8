"""Requests that only fail -> whether the API is down, so that nobody goes on knocking."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock as Mutex
from time import monotonic

from reconciler.errors import ApiError, is_outage


@dataclass
class _Failing:
    """Since when requests of one method only failed, and for which subjects.

    `is_told` says that the API itself wants to be left alone for as long as an outage takes.
    """

    since: float
    subjects: set[str]
    is_told: bool = False


@dataclass
class Outages:
    """What all threads know of the API's health, by method: its lists may work and no write.

    An outage is one once it has lasted for `patience` seconds and is about more than one subject:
    a number that alone cannot be written to says nothing of the others. It is one at once where a
    Retry-After says that it will last that long.
    """

    patience: float
    clock: Callable[[], float] = monotonic
    _failing: dict[str, _Failing] = field(default_factory=dict)
    _mutex: Mutex = field(default_factory=Mutex)

    def note(self, method: str, subject: str, error: ApiError | None) -> None:
        """A request ended, None for well: a refusal of the API's own shows that it works too."""
        with self._mutex:
            if error is None or not is_outage(error.kind, error.status):
                self._failing.pop(method, None)
            else:
                failing = self._failing.setdefault(method, _Failing(self.clock(), set()))
                failing.subjects.add(subject)
                failing.is_told = (error.retry_after or 0.0) >= self.patience

    def lasts(self, method: str) -> bool:
        """Whether requests of this method would fail too."""
        with self._mutex:
            failing = self._failing.get(method)
            if failing is None:
                return False
            is_long = self.clock() - failing.since >= self.patience
            return failing.is_told or (is_long and len(failing.subjects) > 1)
