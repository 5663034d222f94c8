"""Numbers just created -> those that serve no call yet, once they had time to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from reconciler.errors import ApiError, Unauthorized
from reconciler.model import WRITTEN, Action, Live, Outcome, Result, Unhealthy
from reconciler.planning.health import unhealthy

# Seconds between two looks: a purchase takes minutes (observed). The last look gets as many.
LOOK_EVERY = 5.0

# Takes the seconds that a request and its retries have, gives all numbers. Raises ApiError.
Look = Callable[[float], tuple[Live, ...]]


@dataclass(frozen=True, slots=True)
class Waited:
    """Those that serve no call, as was last known; `error` is why the last look showed nothing."""

    ill: tuple[Unhealthy, ...] = ()
    error: ApiError | None = None


def wait_until_active(
    outcome: Outcome,
    look: Look,
    *,
    seconds: float,
    clock: Callable[[], float],
    sleep: Callable[[float], bool],
) -> Waited:
    """Look until every number that a run created serves calls, for at most `seconds`.

    `clock` tells seconds from any start; `sleep` takes seconds, and says True to end the waiting
    (`Event.wait` does both). One list a look, however many numbers. What is `blocked` stays so and
    is not waited for. A look that fails is no answer, and the next one may be; only a key that was
    refused stays so.
    """
    created = _created(outcome)
    deadline = clock() + seconds
    waited = Waited(_unseen(created))
    while created:
        waited = _looked(created, look, max(deadline - clock(), LOOK_EVERY), waited.ill)
        left = deadline - clock()
        if _is_over(waited) or left <= 0:
            return waited
        asked = waited.error.retry_after if waited.error else None
        if sleep(min(max(LOOK_EVERY, asked or 0.0), left)):
            return waited
    return Waited()


def _looked(
    created: dict[str, Result], look: Look, seconds: float, before: tuple[Unhealthy, ...]
) -> Waited:
    """What one look shows; what was known `before` where it fails."""
    try:
        return Waited(_ill(created, look(seconds)))
    except ApiError as error:
        return Waited(before, error)


def _is_over(waited: Waited) -> bool:
    """Whether no other look could show anything else."""
    if waited.error:
        return isinstance(waited.error, Unauthorized)
    return all(each.status == "blocked" for each in waited.ill)


def _created(outcome: Outcome) -> dict[str, Result]:
    """What was created, by its live id."""
    return {
        each.live_id: each
        for each in outcome.results
        if each.operation.action is Action.CREATE and each.status in WRITTEN and each.live_id
    }


def _unseen(created: dict[str, Result]) -> tuple[Unhealthy, ...]:
    """What is known before the first look: none is known to serve calls, whatever was answered."""
    return tuple(
        each.health or Unhealthy(each.operation.address, "activating") for each in created.values()
    )


def _ill(created: dict[str, Result], listed: tuple[Live, ...]) -> tuple[Unhealthy, ...]:
    """Those of the created that serve no call; one that is listed no more does not either."""
    live = {each.id: each for each in listed if each.id in created}
    found = (
        unhealthy(each.operation.address, live[number_id])
        if number_id in live
        else Unhealthy(each.operation.address, "incomplete")
        for number_id, each in created.items()
    )
    return tuple(each for each in found if each)
