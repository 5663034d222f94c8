"""Which request may be sent again, and when: full jitter, Retry-After, a budget in seconds.

What nothing came of may always be asked again. What may have happened is asked again only where
asking twice does no harm: GET, PATCH and DELETE, never POST. Nothing is asked again once that is
forbidden, be it because a run was told to stop, and a pause of such a run ends at once.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from time import monotonic
from typing import Final, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception

from reconciler.errors import ApiError, Uncertain, Unsent, is_outage

Value = TypeVar("Value")

_REPEATABLE: Final = frozenset({"GET", "PATCH", "DELETE"})
# The part of the budget that pauses leave to one last try.
_LAST: Final = 0.02
# Seconds for a try that begins when none are left.
_A_MOMENT: Final = 0.05


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long a request is tried for: `budget` seconds, pauses and all.

    Pauses grow from `first_delay` to `longest_delay` seconds; `jitter` is a factor between 0 and 1.
    No try is given less than `least` seconds, while there are so many left. `sleep` takes seconds;
    None waits until whoever asks is told to stop. `clock` tells seconds.
    """

    budget: float = 60.0
    first_delay: float = 0.5
    longest_delay: float = 30.0
    least: float = 1.0
    sleep: Callable[[float], object] | None = None
    jitter: Callable[[], float] = random.random
    clock: Callable[[], float] = monotonic


@dataclass(frozen=True, slots=True)
class Try:
    """One try of a request: whether it was tried before, and what tells the seconds it may take.

    `waited` is told of seconds in which it had to let others go first: they cost no budget.
    """

    again: bool
    seconds: Callable[[], float]
    waited: Callable[[float], None]


def with_retries(
    method: str, send: Callable[[Try], Value], policy: RetryPolicy, stop: Event
) -> Value:
    """Try until it succeeds, may not be repeated, or the budget is used up.

    `send` raises Unsent where it may not be sent, or not again. Raises the last ApiError of a try
    that was sent, so that what may have happened is not taken for what was never sent.
    """
    begun = policy.clock()
    sleep = policy.sleep or stop.wait
    sent: list[ApiError] = []
    waits: list[float] = []

    def left() -> float:
        return policy.budget + sum(waits) - (policy.clock() - begun)

    def once() -> Value:
        try:
            return send(Try(bool(sent), lambda: share(method, left(), policy), waits.append))
        except Unsent:
            if sent:
                raise sent[-1] from None
            raise
        except ApiError as error:
            sent.append(error)
            raise

    def wait(state: RetryCallState) -> float:
        return delay(state.attempt_number, sent[-1], policy, left())

    def ends(state: RetryCallState) -> bool:
        # A hair more than was left to it: no clock is exact.
        was_last = left() <= 1.01 * _LAST * policy.budget
        return stop.is_set() or was_last or state.upcoming_sleep >= left()

    def pause(state: RetryCallState) -> None:
        sleep(state.upcoming_sleep)
        if stop.is_set():
            raise sent[-1]

    retrying = Retrying(
        retry=retry_if_exception(lambda error: may_repeat(method, error)),
        wait=wait,
        stop=ends,
        before_sleep=pause,
        sleep=lambda _seconds: None,
        reraise=True,
    )
    return retrying(once)


def share(method: str, left: float, policy: RetryPolicy) -> float:
    """The seconds that one try may take of those that are left.

    Half of them, where it may be asked again if no answer comes; all where it may not.
    """
    half = left / 2 if method in _REPEATABLE else left
    return max(_A_MOMENT, min(left, max(half, policy.least)))


def delay(attempt: int, error: ApiError, policy: RetryPolicy, left: float) -> float:
    """Seconds to wait after the `attempt`-th try, with so many `left`.

    Full jitter, no less than Retry-After, and by itself no more than leaves time for a last try.
    """
    longest = min(policy.longest_delay, policy.first_delay * 2 ** min(attempt - 1, 32))
    own: float = min(policy.jitter() * longest, left - _LAST * policy.budget)
    return max(own, error.retry_after or 0.0)


def may_repeat(method: str, error: BaseException) -> bool:
    """Whether a request that ended in `error` may be sent again."""
    if isinstance(error, Uncertain):
        return method in _REPEATABLE
    return isinstance(error, ApiError) and is_outage(error.kind, error.status)
