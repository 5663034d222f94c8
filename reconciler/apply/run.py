"""A plan, an account and how to go about it -> the outcome, remembered and, if asked, recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.apply.execute import Account, Executor, Stop
from reconciler.apply.memory import Memory
from reconciler.apply.record import recording
from reconciler.model import Live, Outcome, Plan, Result


@dataclass(frozen=True, slots=True)
class Run:
    """How a plan is applied: how much at once, who is told, and what stops it.

    `pause` waits between two looks for a create whose answer was lost. `record` is a directory for
    the record of the run, made from git's `commit` at `now`; `complain` is told once where the
    disk refuses it.
    """

    parallel: int
    observe: Callable[[Result], None]
    pause: Callable[[], object]
    stop: Stop
    record: Path | None = None
    commit: Callable[[], str | None] = lambda: None
    complain: Callable[[str], None] = lambda _message: None


def run_plan(
    plan: Plan,
    live: Mapping[str, Live],
    account: Account,
    memory: Memory,
    run: Run,
    now: Callable[[], str],
) -> Outcome:
    """Bind every manifest to its number, run the operations, and remember each as it lands.

    Raises InputError where no record can be kept, and OSError where the lock cannot be written.
    """
    executor = Executor(
        account, memory.fields, memory.remember, run.observe, run.pause, run.parallel, run.stop
    )
    if run.record is None:
        memory.adopt(plan, live)
        return executor.execute(plan, frozenset(live))
    with recording(
        run.record,
        plan,
        commit=run.commit(),
        fields=memory.fields,
        now=now,
        complain=run.complain,
    ) as record:
        memory.adopt(plan, live)
        outcome = replace(executor, witness=record.tell).execute(plan, frozenset(live))
        record.end(outcome)
        return outcome
