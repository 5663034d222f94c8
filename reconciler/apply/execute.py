"""A plan and an account -> what became of each operation.

Operations run at once as far as `requires` lets them, each write once. One that fails stops what
depends on it and nothing else, unless it shows that all others would fail too. Results are told in
the plan's order.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from queue import SimpleQueue
from threading import Event
from typing import Final, Protocol, assert_never

from reconciler.apply.create import Claims, Creating, Creator
from reconciler.apply.record import Answered, Asked, Failed, Step
from reconciler.errors import (
    ApiError,
    InputError,
    Refused,
    Throttled,
    Unauthorized,
    Uncertain,
    Unsent,
)
from reconciler.fields import FieldTable
from reconciler.model import (
    WRITTEN,
    Action,
    Json,
    Live,
    Operation,
    Outcome,
    Plan,
    Result,
    Status,
    Unhealthy,
)
from reconciler.planning.diff import not_taken
from reconciler.planning.health import unhealthy

_NOT_MET: Final = "not tried: an operation that it requires did not succeed"
_INTERRUPTED: Final = "not tried: the run was interrupted"
_LOCK: Final = "lock"
_SKIPPED: Final = "skipped"
# What went wrong with one operation and would with all others -> why these are not tried.
_HALTS: Final = {
    _LOCK: "not tried: the lock cannot be written",
    Unauthorized.kind: "not tried: the key was refused",
}
# What ends so is tried again, unless the run is told to stop.
_TRIED_AGAIN: Final = frozenset({_SKIPPED, Throttled.kind, Uncertain.kind})


class Account(Creating, Protocol):
    """What applying asks of an account; every method raises ApiError."""

    def get_number(self, number_id: str) -> Live | None:
        """One number; None where there is none."""

    def patch_number(self, number_id: str, body: Mapping[str, Json]) -> Live:
        """The number as stored after the patch."""

    def delete_number(self, number_id: str) -> None:
        """Release a number."""


# Told of every write that landed, with the number as it is now, None where it was released. Raises
# OSError or InputError where that cannot be remembered.
Remember = Callable[[Operation, Live | None], None]


@dataclass(frozen=True)
class Stop:
    """Asked to stop, a run lets calls in flight finish and starts no other."""

    asked: Event = field(default_factory=Event)


@dataclass(frozen=True, slots=True)
class _Landed:
    """A write that the API made, and the number as it is now, None where it was released."""

    result: Result
    live: Live | None


@dataclass(frozen=True)
class Executor:
    """Runs plans.

    `pause` waits between two looks for a create whose answer was lost, for the seconds that the API
    asked for or longer.
    """

    account: Account
    fields: FieldTable
    remember: Remember
    observe: Callable[[Result], None] = lambda _result: None
    pause: Callable[[float], object] = lambda _seconds: None
    parallel: int = 4
    stop: Stop = field(default_factory=Stop)
    witness: Callable[[Step], None] = lambda _step: None

    def execute(self, plan: Plan, known_ids: frozenset[str]) -> Outcome:
        """Run every operation that can be run; `known_ids` are the numbers there were before.

        Where a write cannot be remembered its result says so, and nothing more is sent; nor is it
        once the key was refused.
        """
        creator = Creator(self.account, self.fields, Claims(set(known_ids)), self.pause)
        run = _Run(plan, self.observe)
        ended: SimpleQueue[Future[_Landed | Result] | Future[Result]] = SimpleQueue()
        under_way, landed = 0, set[str]()
        with ThreadPoolExecutor(max_workers=2 * self.parallel) as pool:
            while True:
                if not self.stop.asked.is_set():
                    # What landed frees its place: calls need not wait for the disk.
                    places = min(self.parallel + len(landed), 2 * self.parallel) - under_way
                    for operation in run.ready(places):
                        pool.submit(self._run_one, operation, creator).add_done_callback(ended.put)
                        under_way += 1
                if not under_way:
                    break
                match ended.get().result():
                    case _Landed() as write:
                        landed.add(write.result.operation.id)
                        pool.submit(self._keep, write).add_done_callback(ended.put)
                    case Result() as result:
                        landed.discard(result.operation.id)
                        under_way -= 1
                        run.finish(result, stopped=self.stop.asked.is_set())
        return run.outcome()

    def _run_one(self, operation: Operation, creator: Creator) -> _Landed | Result:
        """Send one write. What was bought keeps its place until it is remembered."""
        self.witness(Asked(operation))
        try:
            live, status = self._write(operation, creator)
        except Unsent:
            return _skipped(operation, _INTERRUPTED)
        except ApiError as error:
            self.witness(Failed(operation, error))
            return _failed(operation, error)
        self.witness(Answered(operation, live, status))
        result = Result(operation, status, live.id if live else operation.live_id)
        write = _Landed(result, live)
        return self._keep(write) if operation.action is Action.CREATE else write

    def _keep(self, write: _Landed) -> Result:
        """Remember what landed, and look again where its answer leaves doubt."""
        operation, live = write.result.operation, write.live
        try:
            self.remember(operation, live)
        except (OSError, InputError) as error:
            why = error.message if isinstance(error, InputError) else error.strerror or error
            return replace(
                write.result,
                error_kind=_LOCK,
                error_message=f"done, but the lock cannot be written: {why}",
                help=error.help if isinstance(error, InputError) else "",
            )
        if live is None:
            return write.result
        return replace(
            write.result,
            not_taken=self._untaken(operation, live),
            health=unhealthy(operation.address, live),
        )

    def _write(self, operation: Operation, creator: Creator) -> tuple[Live | None, Status]:
        match operation.action:
            case Action.CREATE:
                live, recovered = creator.create(operation)
                return live, Status.RECOVERED if recovered else Status.DONE
            case Action.PATCH:
                return self.account.patch_number(_id(operation), operation.body), Status.DONE
            case Action.DELETE:
                self.account.delete_number(_id(operation))
                return None, Status.DONE
            case other:
                assert_never(other)

    def _untaken(self, operation: Operation, live: Live) -> tuple[str, ...]:
        """What the API did not take; where the answer leaves doubt, one more look decides."""
        provider = self.fields.providers[operation.provider]
        doubtful = not_taken(operation.body, live, provider)
        if not doubtful:
            return ()
        try:
            looked = self.account.get_number(live.id)
        except ApiError:
            # The write is done whether or not it can be looked at; its own answer decides then.
            return doubtful
        return not_taken(operation.body, looked, provider) if looked else doubtful


class _Run:
    """Which operations wait, run and are done; results come out in the plan's order."""

    def __init__(self, plan: Plan, observe: Callable[[Result], None]) -> None:
        self._plan = plan
        self._observe = observe
        self._results: dict[str, Result] = {}
        self._halted = ""
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
        once the key was refused: what is sent then would be too.
        """
        if self._halted:
            return []
        taken = min(max(0, places), len(self._ready))
        return [self._plan.operations[heappop(self._ready)] for _ in range(taken)]

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
                    heappush(self._ready, self._position[each.id])
                else:
                    ended.append(_skipped(each, _NOT_MET))
        self._tell()

    def outcome(self) -> Outcome:
        """All results, the operations that were not tried among them."""
        why = self._halted or _INTERRUPTED
        for each in self._plan.operations:
            if each.id not in self._results:
                self.finish(_skipped(each, why), stopped=not self._halted)
        results = tuple(self._results[each.id] for each in self._plan.operations)
        health = tuple(self._health(results))
        return Outcome(self._plan.target, results, self._interrupted, health)

    def _health(self, results: Sequence[Result]) -> Iterator[Unhealthy]:
        """What was ill before and was not written to, and what was written to and is ill now."""
        written = {each.operation.address for each in results if each.status in WRITTEN}
        yield from (each for each in self._plan.health if each.address not in written)
        yield from (each.health for each in results if each.health)

    def _may_run(self, operation: Operation) -> bool:
        required = {self._results[each].status for each in operation.requires}
        return required <= WRITTEN

    def _tell(self) -> None:
        """Tell each result once all those before it in the plan were told."""
        operations = self._plan.operations
        while self._told < len(operations) and operations[self._told].id in self._results:
            self._observe(self._results[operations[self._told].id])
            self._told += 1


def _failed(operation: Operation, error: ApiError) -> Result:
    return Result(
        operation,
        Status.FAILED,
        operation.live_id,
        error_kind=error.kind,
        error_message=error.message,
        error_status=error.status,
        help=error.help,
    )


def _skipped(operation: Operation, message: str) -> Result:
    return Result(
        operation,
        Status.SKIPPED,
        operation.live_id,
        error_kind=_SKIPPED,
        error_message=message,
    )


def _may_be_cut_short(result: Result) -> bool:
    """Whether a result may be another than it were, had nobody told the run to stop."""
    unreached = result.error_kind == Refused.kind and result.error_status is None
    return unreached or result.error_kind in _TRIED_AGAIN


def _id(operation: Operation) -> str:
    assert operation.live_id is not None, "a patch or delete has a number"  # noqa: S101
    return operation.live_id
