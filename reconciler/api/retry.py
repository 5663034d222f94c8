"""Which request may be sent again, and when: full jitter, Retry-After, a budget in seconds.

What nothing came of may always be asked again. What may have happened is asked again only where
asking twice does no harm: GET, PATCH and DELETE, never POST. Told to stop, nothing is asked again,
and a pause ends at once.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Final, TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_before_delay,
    stop_when_event_set,
)

from reconciler.errors import ApiError, Refused, Throttled, Uncertain, Unsent

Value = TypeVar("Value")

_REPEATABLE: Final = frozenset({"GET", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how long; `jitter` is a factor between 0 and 1.

    `sleep` takes seconds; None waits until whoever asks is told to stop.
    """

    attempts: int = 6
    first_delay: float = 0.5
    longest_delay: float = 30.0
    budget: float = 60.0
    sleep: Callable[[float], object] | None = None
    jitter: Callable[[], float] = random.random


def with_retries(method: str, call: Callable[[], Value], policy: RetryPolicy, stop: Event) -> Value:
    """Call until it succeeds, may not be repeated, the budget is used up, or `stop` is set.

    Raises the last ApiError.
    """
    sleep = policy.sleep or stop.wait

    def wait(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        return delay(state.attempt_number, error, policy)

    def pause(state: RetryCallState) -> None:
        sleep(state.upcoming_sleep)
        if stop.is_set() and state.outcome:
            state.outcome.result()  # Raises what the last try ended in.

    retrying = Retrying(
        retry=retry_if_exception(lambda error: may_repeat(method, error)),
        wait=wait,
        stop=(
            stop_when_event_set(stop)
            | stop_after_attempt(policy.attempts)
            | stop_before_delay(policy.budget)
        ),
        before_sleep=pause,
        sleep=lambda _seconds: None,
        reraise=True,
    )
    return retrying(call)


def delay(attempt: int, error: BaseException | None, policy: RetryPolicy) -> float:
    """Seconds to wait after the `attempt`-th try: full jitter, and no less than Retry-After."""
    longest: float = min(policy.longest_delay, policy.first_delay * 2 ** (attempt - 1))
    asked = error.retry_after if isinstance(error, ApiError) else None
    return max(policy.jitter() * longest, asked or 0.0)


def may_repeat(method: str, error: BaseException) -> bool:
    """Whether a request that ended in `error` may be sent again."""
    match error:
        case Throttled():
            return True
        case Unsent():
            return False
        case Refused():
            return error.status is None
        case Uncertain():
            return method in _REPEATABLE
        case _:
            return False
