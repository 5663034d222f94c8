"""A plan and an account -> what became of each operation.

Operations run at once as far as `requires` lets them, each write once. One that fails stops what
depends on it and nothing else. Results are told in the plan's order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from heapq import heappop, heappush
from threading import Event
from typing import Protocol, assert_never

from reconciler.apply.create import Claims, Creating, Creator
from reconciler.errors import ApiError
from reconciler.fields import FieldTable
from reconciler.model import Action, Json, Live, Operation, Outcome, Plan, Result, Status
from reconciler.planning.diff import not_taken


class Account(Creating, Protocol):
    """What applying asks of an account; every method raises ApiError."""

    def get_number(self, number_id: str) -> Live | None:
        """One number; None where there is none."""

    def patch_number(self, number_id: str, body: Mapping[str, Json]) -> Live:
        """The number as stored after the patch."""

    def delete_number(self, number_id: str) -> None:
        """Release a number."""


# Told of every write that landed, with the number as it is now, None where it was released.
Remember = Callable[[Operation, Live | None], None]


@dataclass(frozen=True)
class Stop:
    """Asked to stop, a run lets calls in flight finish and starts no other."""

    asked: Event = field(default_factory=Event)


@dataclass(frozen=True)
class Executor:
    """Runs plans. `pause` waits between two looks for a create whose answer was lost."""

    account: Account
    fields: FieldTable
    remember: Remember
    observe: Callable[[Result], None] = lambda _result: None
    pause: Callable[[], object] = lambda: None
    parallel: int = 4
    stop: Stop = field(default_factory=Stop)

    def execute(self, plan: Plan, known_ids: frozenset[str]) -> Outcome:
        """Run every operation that can be run; `known_ids` are the numbers there were before.

        Raises OSError where a write could not be remembered; nothing more is sent then.
        """
        creator = Creator(self.account, self.fields, Claims(set(known_ids)), self.pause)
        run = _Run(plan, self.observe)
        with ThreadPoolExecutor(max_workers=self.parallel) as pool:
            under_way: dict[Future[Result], Operation] = {}
            try:
                while True:
                    if not self.stop.asked.is_set():
                        for operation in run.ready(self.parallel - len(under_way)):
                            future = pool.submit(self._run_one, operation, creator)
                            under_way[future] = operation
                    if not under_way:
                        break
                    done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                    for future in done:
                        run.finish(under_way.pop(future), future.result())
            except OSError:
                self.stop.asked.set()
                raise
        return run.outcome(interrupted=self.stop.asked.is_set())

    def _run_one(self, operation: Operation, creator: Creator) -> Result:
        try:
            live, recovered = self._write(operation, creator)
            untaken = self._untaken(operation, live) if live else ()
        except ApiError as error:
            return Result(
                operation,
                Status.FAILED,
                operation.live_id,
                error_kind=error.kind,
                error_message=error.message,
                error_status=error.status,
            )
        status = Status.RECOVERED if recovered else Status.DONE
        return Result(operation, status, live.id if live else operation.live_id, not_taken=untaken)

    def _write(self, operation: Operation, creator: Creator) -> tuple[Live | None, bool]:
        live: Live | None
        recovered = False
        match operation.action:
            case Action.CREATE:
                live, recovered = creator.create(operation)
            case Action.PATCH:
                live = self.account.patch_number(_id(operation), operation.body)
            case Action.DELETE:
                self.account.delete_number(_id(operation))
                live = None
            case other:
                assert_never(other)
        self.remember(operation, live)
        return live, recovered

    def _untaken(self, operation: Operation, live: Live) -> tuple[str, ...]:
        """What the API did not take; where the answer leaves doubt, one more look decides."""
        provider = self.fields.providers[operation.provider]
        if not not_taken(operation.body, live, provider):
            return ()
        try:
            looked = self.account.get_number(live.id)
        except ApiError:
            # The write landed and is remembered: a look that fails must not call it a failure.
            looked = None
        return not_taken(operation.body, looked or live, provider)


class _Run:
    """Which operations wait, run and are done; results come out in the plan's order."""

    def __init__(self, plan: Plan, observe: Callable[[Result], None]) -> None:
        self._plan = plan
        self._observe = observe
        self._results: dict[str, Result] = {}
        self._told = 0
        self._position = {each.id: index for index, each in enumerate(plan.operations)}
        self._missing = {each.id: len(each.requires) for each in plan.operations}
        self._dependents: dict[str, list[Operation]] = defaultdict(list)
        for each in plan.operations:
            for required in each.requires:
                self._dependents[required].append(each)
        self._ready = [index for each, index in self._position.items() if not self._missing[each]]

    def ready(self, places: int) -> list[Operation]:
        """Take up to `places` operations whose requirements are met, in the plan's order."""
        taken = min(max(0, places), len(self._ready))
        return [self._plan.operations[heappop(self._ready)] for _ in range(taken)]

    def finish(self, operation: Operation, result: Result) -> None:
        """Keep a result, tell all those that are due, and see who waited for it."""
        self._results[operation.id] = result
        operations = self._plan.operations
        while self._told < len(operations) and operations[self._told].id in self._results:
            self._observe(self._results[operations[self._told].id])
            self._told += 1
        for each in self._dependents[operation.id]:
            self._missing[each.id] -= 1
            if not self._missing[each.id]:
                self._release(each)

    def outcome(self, *, interrupted: bool) -> Outcome:
        """All results, the operations that were not tried among them."""
        for each in self._plan.operations:
            if each.id not in self._results:
                self.finish(each, _skipped(each, "not tried: the run was interrupted"))
        results = tuple(self._results[each.id] for each in self._plan.operations)
        return Outcome(self._plan.target, results, interrupted)

    def _release(self, operation: Operation) -> None:
        required = [self._results[each].status for each in operation.requires]
        if Status.FAILED in required or Status.SKIPPED in required:
            message = "not tried: an operation that it requires did not succeed"
            self.finish(operation, _skipped(operation, message))
        else:
            heappush(self._ready, self._position[operation.id])


def _skipped(operation: Operation, message: str) -> Result:
    return Result(
        operation,
        Status.SKIPPED,
        operation.live_id,
        error_kind="skipped",
        error_message=message,
    )


def _id(operation: Operation) -> str:
    assert operation.live_id is not None, "a patch or delete has a number"  # noqa: S101
    return operation.live_id
