"""A plan and its results so far -> what may run now, and the outcome in the end. No calls."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from heapq import heappop, heappush
from typing import Final

from reconciler.errors import Frozen, Unauthorized, is_outage
from reconciler.model import (
    WRITTEN,
    Action,
    Operation,
    Outcome,
    Plan,
    Reason,
    Result,
    Status,
    Unhealthy,
)

_NOT_MET: Final = "not tried: an operation that it requires did not succeed"
INTERRUPTED: Final = "not tried: the run was interrupted"
LOCK: Final = "lock"
_SKIPPED: Final = "skipped"
# What went wrong with one operation and would with all others -> why these are not tried.
_HALTS: Final = {
    LOCK: "not tried: the lock cannot be written",
    Unauthorized.kind: "not tried: the key was refused",
}


class Schedule:
    """Which operations wait, run and are done; results come out in the plan's order."""

    def __init__(self, plan: Plan, observe: Callable[[Result], None]) -> None:
        self._plan = plan
        self._observe = observe
        self._results: dict[str, Result] = {}
        self._halted = ""
        self._frozen = ""
        # What an earlier write left half done, such as a replace whose old number is released.
        self._finishing: set[str] = set()
        self._interrupted = False
        self._told = 0
        self._position = {each.id: index for index, each in enumerate(plan.operations)}
        self._missing = {each.id: len(each.requires) for each in plan.operations}
        self._dependents: dict[str, list[Operation]] = defaultdict(list)
        for each in plan.operations:
            for required in each.requires:
                self._dependents[required].append(each)
        self._ready = [index for each, index in self._position.items() if not self._missing[each]]

    def ready(self, places: int) -> list[Operation]:
        """Take up to `places` operations whose requirements are met, in the plan's order.

        None once a write could not be remembered: what is sent then would be forgotten too. None
        once the key was refused: what is sent then would be too. Once frozen, only what finishes
        something: a number that is released, and not replaced yet, serves no calls.
        """
        if self._halted:
            return []
        operations = self._plan.operations
        if self._frozen:
            may = (each for each in self._ready if operations[each].id in self._finishing)
            self._ready = sorted(may)
        taken = min(max(0, places), len(self._ready))
        return [operations[heappop(self._ready)] for _ in range(taken)]

    def freeze(self, why: str) -> None:
        """Begin nothing from now on, for this reason; "" is none."""
        self._frozen = self._frozen or why

    def frozen_for(self, operation: Operation) -> str:
        """Why an operation may not be begun, although it was ready; "" where it may."""
        return "" if operation.id in self._finishing else self._frozen

    def finish(self, result: Result, *, stopped: bool) -> None:
        """Keep a result, see who waited for it, and tell all results that are due.

        With `stopped` the run was told to stop, and nothing more is sent whatever this result is.
        """
        if stopped:
            self._interrupted |= _may_be_cut_short(result)
        else:
            self._halted = self._halted or _HALTS.get(result.error_kind, "")
        ended = deque([result])
        while ended:
            result = ended.popleft()
            self._results[result.operation.id] = result
            for each in self._dependents[result.operation.id]:
                self._missing[each.id] -= 1
                if self._missing[each.id]:
                    continue
                if self._may_run(each):
                    if self._finishes(each):
                        self._finishing.add(each.id)
                    heappush(self._ready, self._position[each.id])
                else:
                    ended.append(self._left(each))
        self._tell()

    def outcome(self) -> Outcome:
        """All results, the operations that were not tried among them."""
        for each in self._plan.operations:
            if each.id not in self._results:
                self.finish(self._never_ready(each), stopped=not (self._halted or self._frozen))
        results = tuple(self._results[each.id] for each in self._plan.operations)
        health = tuple(self._health(results))
        is_frozen = any(each.error_kind == Frozen.kind for each in results)
        held = self._frozen if is_frozen else ""
        return Outcome(self._plan.target, results, self._interrupted, health, frozen=held)

    def _health(self, results: Sequence[Result]) -> Iterator[Unhealthy]:
        """What was ill before and was not written to, and what was written to and is ill now."""
        written = {each.operation.address for each in results if each.status in WRITTEN}
        yield from (each for each in self._plan.health if each.address not in written)
        yield from (each.health for each in results if each.health)

    def _never_ready(self, operation: Operation) -> Result:
        if self._frozen and not self._halted:
            return frozen(operation, self._frozen)
        return skipped(operation, self._halted or INTERRUPTED)

    def _left(self, operation: Operation) -> Result:
        """The result of what requires an operation that did not succeed."""
        required = [self._results[each] for each in operation.requires]
        failed = [each for each in required if each.status not in WRITTEN]
        if all(each.error_kind == Frozen.kind for each in failed):
            return frozen(operation, self._frozen)
        return skipped(operation, _NOT_MET)

    def _finishes(self, operation: Operation) -> bool:
        """Whether it requires what let go of something, for this one to take."""
        required = [self._results[each].operation for each in operation.requires]
        return any(
            each.action is Action.DELETE
            or each.reason is Reason.VACATE
            or each.id in self._finishing
            for each in required
        )

    def _may_run(self, operation: Operation) -> bool:
        required = {self._results[each].status for each in operation.requires}
        return required <= WRITTEN

    def _tell(self) -> None:
        """Tell each result once all those before it in the plan were told."""
        operations = self._plan.operations
        while self._told < len(operations) and operations[self._told].id in self._results:
            self._observe(self._results[operations[self._told].id])
            self._told += 1


def skipped(operation: Operation, message: str, kind: str = _SKIPPED) -> Result:
    """The result of an operation that was not tried, and why."""
    return Result(
        operation,
        Status.SKIPPED,
        operation.live_id,
        error_kind=kind,
        error_message=message,
    )


def frozen(operation: Operation, window: str) -> Result:
    """The result of an operation that waits for a maintenance window to end."""
    return skipped(operation, f"not tried: {window}", Frozen.kind)


def _may_be_cut_short(result: Result) -> bool:
    """Whether a result may be another than it were, had nobody told the run to stop."""
    return result.error_kind == _SKIPPED or is_outage(result.error_kind, result.error_status)
