"""Numbers just created -> those that serve no call yet, once they had time to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from reconciler.model import WRITTEN, Action, Live, Outcome, Unhealthy
from reconciler.planning.health import unhealthy

# Seconds between two looks: a purchase takes minutes (observed).
LOOK_EVERY = 5.0


class Listing(Protocol):
    """What waiting asks of an account."""

    def list_numbers(self) -> tuple[Live, ...]:
        """All numbers of the account."""


def wait_until_active(
    outcome: Outcome,
    account: Listing,
    *,
    seconds: float,
    clock: Callable[[], float],
    sleep: Callable[[float], bool],
) -> tuple[Unhealthy, ...]:
    """Look until every number that a run created serves calls, for at most `seconds`.

    `clock` tells seconds from any start; `sleep` takes seconds, and says True to end the waiting
    (`Event.wait` does both). One list a look, however many numbers. What is `blocked` stays so and
    is not waited for. Raises ApiError.
    """
    created = _created(outcome)
    deadline = clock() + seconds
    while created:
        ill = _ill(created, account.list_numbers())
        left = deadline - clock()
        if all(each.status == "blocked" for each in ill) or left <= 0:
            return ill
        if sleep(min(LOOK_EVERY, left)):
            return ill
    return ()


def _created(outcome: Outcome) -> dict[str, str]:
    """The live ids of what was created, each with its address."""
    return {
        each.live_id: each.operation.address
        for each in outcome.results
        if each.operation.action is Action.CREATE and each.status in WRITTEN and each.live_id
    }


def _ill(created: dict[str, str], listed: tuple[Live, ...]) -> tuple[Unhealthy, ...]:
    """Those of the created that serve no call; one that is listed no more does not either."""
    live = {each.id: each for each in listed if each.id in created}
    found = (
        unhealthy(address, live[number_id])
        if number_id in live
        else Unhealthy(address, "incomplete")
        for number_id, address in created.items()
    )
    return tuple(each for each in found if each)
