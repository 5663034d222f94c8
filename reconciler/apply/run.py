"""A plan, an account and how to go about it -> the outcome, remembered and, if asked, recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.apply.execute import Account, Executor, Stop
from reconciler.apply.memory import Memory
from reconciler.apply.record import Step, recording
from reconciler.model import Live, Outcome, Plan, Result
from reconciler.planning.hiding import Hiding


@dataclass(frozen=True, slots=True)
class Run:
    """How a plan is applied: how much at once, who is told, and what stops it.

    `observe` is told of results in the plan's order, `watch` of each step as it happens, in the
    thread where it does. `hold` is asked before each write is begun, and says why none may be any
    more, "" where one may. `pause` waits between two looks for a create whose answer was lost, for
    the seconds that the API asked for or longer, and answers False where it does not wait for so
    long. `record` is a directory for the record of the run, made from git's `commit` at `now`;
    `complain` is told once where the disk refuses it.
    """

    parallel: int
    observe: Callable[[Result], None]
    pause: Callable[[float], object]
    stop: Stop
    record: Path | None = None
    commit: Callable[[], str | None] = lambda: None
    complain: Callable[[str], None] = lambda _message: None
    watch: Callable[[Step], None] = lambda _step: None
    hold: Callable[[], str] = lambda: ""


def run_plan(
    plan: Plan,
    live: Mapping[str, Live],
    account: Account,
    memory: Memory,
    run: Run,
    now: Callable[[], str],
) -> Outcome:
    """Bind every manifest to its number, run the operations, and remember each as it lands.

    Raises InputError where no record can be kept, and InputError or OSError where the lock cannot
    be written before anything is sent.
    """
    executor = Executor(
        account,
        memory.fields,
        memory.remember,
        run.observe,
        run.pause,
        run.parallel,
        run.stop,
        run.watch,
        run.hold,
    )
    if run.record is None:
        memory.adopt(plan, live)
        return executor.execute(plan, frozenset(live))
    with recording(
        run.record,
        plan,
        commit=run.commit(),
        hiding=Hiding(memory.fields, memory.lock, tuple(memory.desired.values())),
        now=now,
        complain=run.complain,
    ) as record:

        def witness(step: Step) -> None:
            record.tell(step)
            run.watch(step)

        memory.adopt(plan, live)
        outcome = replace(executor, witness=witness).execute(plan, frozenset(live))
        record.end(outcome)
        return outcome
