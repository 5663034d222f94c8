"""How many requests may be under way at once: halved by each 429, grown back by each success."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class Pace:
    """One limiter that all threads share."""

    def __init__(self, most: int) -> None:
        """Allow at most `most` requests at once, and never fewer than one."""
        self._most = most
        self._allowed = float(most)
        self._under_way = 0
        self._changed = Condition()

    @property
    def allowed(self) -> int:
        """How many requests may be under way now."""
        return max(1, int(self._allowed))

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for a place, and hold it for one request."""
        with self._changed:
            self._changed.wait_for(lambda: self._under_way < self.allowed)
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def slow_down(self) -> None:
        """After a 429: half as many."""
        with self._changed:
            self._allowed = max(1.0, self._allowed / 2)

    def speed_up(self) -> None:
        """After a success: one more for each full round of them."""
        with self._changed:
            self._allowed = min(float(self._most), self._allowed + 1 / self._allowed)
            self._changed.notify_all()
