"""A plan and an account -> what became of each operation.

Operations run at once as far as `requires` lets them, each write once. One that fails stops what
depends on it and nothing else, unless it shows that all others would fail too. Results are told in
the plan's order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from threading import Event
from typing import Protocol, assert_never

from reconciler.apply.create import Claims, Creating, Creator
from reconciler.apply.record import Answered, Asked, Failed, Step
from reconciler.apply.schedule import INTERRUPTED, LOCK, Schedule, frozen, skipped
from reconciler.errors import ApiError, Down, Frozen, InputError, Unsent
from reconciler.fields import FieldTable
from reconciler.model import (
    Action,
    Json,
    Live,
    Operation,
    Outcome,
    Plan,
    Result,
    Status,
)
from reconciler.planning.diff import not_taken
from reconciler.planning.health import unhealthy


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
    asked for or longer. `hold` is asked before each write is begun, and says why none may be;
    what an earlier write left half done is finished all the same.
    """

    account: Account
    fields: FieldTable
    remember: Remember
    observe: Callable[[Result], None] = lambda _result: None
    pause: Callable[[float], object] = lambda _seconds: None
    parallel: int = 4
    stop: Stop = field(default_factory=Stop)
    witness: Callable[[Step], None] = lambda _step: None
    hold: Callable[[], str] = lambda: ""

    def execute(self, plan: Plan, known_ids: frozenset[str]) -> Outcome:
        """Run every operation that can be run; `known_ids` are the numbers there were before.

        Where a write cannot be remembered its result says so, and nothing more is sent; nor is it
        once the key was refused, or `hold` says why not.
        """
        run = Schedule(plan, self.observe)

        def hold(operation: Operation) -> str:
            run.freeze(self.hold())
            return run.frozen_for(operation)

        creator = Creator(self.account, self.fields, Claims(set(known_ids)), self.pause, hold)
        ended: SimpleQueue[Future[_Landed | Result] | Future[Result]] = SimpleQueue()
        under_way, landed = 0, set[str]()
        with ThreadPoolExecutor(max_workers=2 * self.parallel) as pool:
            while True:
                if not self.stop.asked.is_set():
                    # What landed frees its place: calls need not wait for the disk.
                    places = min(self.parallel + len(landed), 2 * self.parallel) - under_way
                    run.freeze(self.hold())
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
        except ApiError as error:
            self.witness(Failed(operation, error))
            return _short(operation, error)
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
                error_kind=LOCK,
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


def _short(operation: Operation, error: ApiError) -> Result:
    """The result of an operation that failed, or was not sent after all."""
    match error:
        case Frozen():
            return frozen(operation, error.message)
        case Down():
            return skipped(operation, error.message, error.kind)
        case Unsent():
            return skipped(operation, INTERRUPTED)
    return Result(
        operation,
        Status.FAILED,
        operation.live_id,
        error_kind=error.kind,
        error_message=error.message,
        error_status=error.status,
        help=error.help,
    )


def _id(operation: Operation) -> str:
    assert operation.live_id is not None, "a patch or delete has a number"  # noqa: S101
    return operation.live_id
