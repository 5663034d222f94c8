"""`reconciler apply`: a plan, approved -> the calls it lists, each once."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from reconciler.cli.exits import EXIT_DONE, EXIT_ERROR, EXIT_INTERRUPTED, EXIT_PARTIAL
from reconciler.cli.limits import limit_options, limits_over
from reconciler.cli.log import say, show, warn
from reconciler.cli.options import Duration, Shared, with_shared
from reconciler.errors import InputError
from reconciler.model import WRITTEN, Action, Live, Outcome, Plan
from reconciler.report import OUTCOME_FORMATS

if TYPE_CHECKING:
    from reconciler.apply import Run, Stop
    from reconciler.cli.session import Session
    from reconciler.job import Account, Job, Planned

# Seconds between the two looks for a create whose answer was lost.
LOOK_AGAIN_AFTER: Final = 2.0


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--plan", "saved", metavar="FILE", help="Apply exactly this saved plan.")
@click.option("--auto-approve", is_flag=True, help="Do not ask.")
@click.option("--base", metavar="REF", help="Release what this git revision declared, now gone.")
@click.option("--wait", type=Duration(), help="Wait so long until created numbers serve calls.")
@click.option("--record", metavar="DIR", help="Keep a record of the run, as JSON lines, in DIR.")
@click.option("--no-lock", is_flag=True, help="Neither read nor write the lock file.")
@limit_options
@with_shared(*OUTCOME_FORMATS)
def apply(
    shared: Shared,
    *,
    paths: tuple[str, ...],
    saved: str | None,
    auto_approve: bool,
    base: str | None,
    wait: float | None,
    record: str | None,
    no_lock: bool,
    **said: Any,
) -> int:
    """Make the account what the manifests say."""
    from reconciler import reconcile
    from reconciler.apply import Stop
    from reconciler.cli.session import open_session
    from reconciler.planning import as_reviewed, raise_if_blocked

    session, stop = open_session(shared), Stop()
    limits = limits_over(session.target.limits, said)
    reviewed = _read_plan(Path(saved)) if saved else None
    job = session.job(paths, use_lock=not no_lock, base=base)
    is_alone = nullcontext() if no_lock else alone_over(session)
    with is_alone, session.account(stop.asked) as account:
        planned = reconcile.plan(job, account, limits)
        if reviewed:
            planned = replace(planned, plan=as_reviewed(reviewed, planned.plan))
        raise_if_blocked(planned.plan)
        if planned.plan.operations and not reviewed and not auto_approve:
            _ask(shared, planned.plan)
        outcome = run(session, job, planned, account, how(session, stop, record))
        try:
            if wait and not outcome.interrupted:
                outcome = _waited(outcome, session, wait, stop)
        finally:
            click.echo(show_outcome(shared, outcome), nl=False)
    return exit_code(outcome)


@contextmanager
def alone_over(session: Session) -> Iterator[None]:
    """Be the only run over the target. Raises InputError for the second."""
    from reconciler.unattended import alone

    with alone(session.config.directory, session.target.name) as is_alone:
        if not is_alone:
            raise InputError(
                f"another run is at work on target {session.target.name}",
                help="let it end, and try again",
            )
        yield


def how(session: Session, stop: Stop, record: str | None) -> Run:
    """How a plan is applied, with nobody told of it, until `stop` is asked."""
    from reconciler.apply import Run
    from reconciler.manifests import current_commit

    def pause(asked: float) -> bool:
        longest = max(LOOK_AGAIN_AFTER, session.timeout)
        stop.asked.wait(min(longest, max(LOOK_AGAIN_AFTER, asked)))
        return asked <= longest

    return Run(
        parallel=session.parallel,
        observe=lambda _result: None,
        pause=pause,
        stop=stop,
        record=Path(record) if record else None,
        # What is planned is what stands beside the configuration, wherever the run is started.
        commit=partial(current_commit, session.config.directory),
        complain=lambda message: warn(session.shared, message),
    )


def run(session: Session, job: Job, planned: Planned, account: Account, quietly: Run) -> Outcome:
    """Apply, telling of each operation on stderr, until done or interrupted."""
    from reconciler import reconcile
    from reconciler.cli.progress import progress

    total = len(planned.plan.operations)
    with (
        interruptible(session.shared, quietly.stop),
        progress(session.shared, total) as (observe, watch),
    ):
        return reconcile.apply(
            job, planned, account, replace(quietly, observe=observe, watch=watch)
        )


def exit_code(outcome: Outcome) -> int:
    """What the contract says of this ending."""
    if outcome.interrupted:
        return EXIT_INTERRUPTED
    if outcome.late:
        return EXIT_PARTIAL
    written = [each for each in outcome.results if each.status in WRITTEN]
    whole = [each for each in written if not each.not_taken and not each.error_kind]
    if len(whole) == len(outcome.results):
        return EXIT_DONE
    return EXIT_PARTIAL if written else EXIT_ERROR


def show_outcome(shared: Shared, outcome: Outcome) -> str:
    """The outcome in the format that was asked for."""
    from reconciler.cli.session import style
    from reconciler.report import OutcomeView

    return OUTCOME_FORMATS[shared.format or "text"](OutcomeView(outcome, style(shared)))


def _waited(outcome: Outcome, session: Session, seconds: float, stop: Stop) -> Outcome:
    """The outcome with what is ill of the created after `seconds` at most, or until `stop`.

    Why the last look showed nothing, if so, is said on stderr.
    """
    from reconciler.apply import wait_until_active

    def look(most: float) -> tuple[Live, ...]:
        with session.account(stop.asked, within=most) as account:
            return account.list_numbers()

    with interruptible(session.shared, stop):
        waited = wait_until_active(
            outcome, look, seconds=seconds, clock=time.monotonic, sleep=stop.asked.wait
        )
    if waited.error:
        warn(session.shared, f"the new numbers could not be looked at: {waited.error.message}")
    created = {
        each.operation.address for each in outcome.results if each.operation.action is Action.CREATE
    }
    others = tuple(each for each in outcome.health if each.address not in created)
    cut_short = bool(waited.ill) and stop.asked.is_set()
    return replace(outcome, health=(*others, *waited.ill), late=waited.ill, interrupted=cut_short)


def _read_plan(path: Path) -> Plan:
    """A saved plan. Raises GuardError for one that is not what was reviewed, be it cut short."""
    from reconciler.cli.saved import read_saved
    from reconciler.errors import GuardError

    if not path.exists():
        raise InputError(f"{path}: there is no such plan", help="make one with: plan --out FILE")
    try:
        plan, altered = read_saved(path)
    except InputError as error:
        raise GuardError(error.message, help="plan again and review that") from error
    if altered:
        raise altered
    return plan


def _ask(shared: Shared, made: Plan) -> None:
    """Show the plan and ask for `yes`, on a terminal; elsewhere nobody could answer.

    Raises InputError where the answer is another, or where nobody can be asked.
    """
    from reconciler.cli.plan import show_plan

    is_json = shared.log_format == "json"
    as_text = replace(shared, format="text", no_color=shared.no_color or is_json)
    show(shared, show_plan(as_text, made))
    if not sys.stdin.isatty():
        raise InputError(
            "nobody is here to approve the plan",
            help="add --auto-approve, or apply a reviewed plan with --plan FILE",
        )
    question = "Apply this plan? Only yes does"
    if is_json:
        say(shared, question)
        answer = sys.stdin.readline().strip()
    else:
        answer = click.prompt(question, default="", show_default=False, err=True)
    if answer != "yes":
        raise InputError("not applied", help="answer yes to apply")


@contextmanager
def interruptible(shared: Shared, stop: Stop) -> Iterator[None]:
    """The first ctrl-C or SIGTERM lets calls in flight finish; the second stops at once."""
    from reconciler.cli.progress import show_cursor

    def interrupted(*_: object) -> None:
        if stop.asked.is_set():
            show_cursor(shared)
            os._exit(EXIT_INTERRUPTED)
        stop.asked.set()
        say(shared, "stopping after the calls in flight; once more stops at once")

    before = {each: signal.signal(each, interrupted) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
