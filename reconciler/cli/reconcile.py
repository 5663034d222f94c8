"""`reconciler reconcile`: passes that nobody looks at, one or one every so often."""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from reconciler.cli.anew import Anew
from reconciler.cli.apply import how, interruptible
from reconciler.cli.exits import (
    EXIT_CHANGES,
    EXIT_DONE,
    EXIT_ERROR,
    EXIT_GUARD,
    EXIT_INTERRUPTED,
    EXIT_PARTIAL,
)
from reconciler.cli.limits import limit_options, limits_over
from reconciler.cli.log import now
from reconciler.cli.options import Duration, Shared, with_shared
from reconciler.cli.targets import all_targets_option, worst
from reconciler.errors import ReconcilerError
from reconciler.model import Ending, Limit, PassReport
from reconciler.report import PASS_FORMATS

if TYPE_CHECKING:
    from reconciler.apply import Stop
    from reconciler.cli.session import Session
    from reconciler.cli.telling import Telling

_CODES: Final = {
    Ending.SYNCED: EXIT_DONE,
    Ending.CHANGED: EXIT_DONE,
    Ending.DRIFT: EXIT_DONE,
    Ending.FROZEN: EXIT_DONE,
    Ending.BUSY: EXIT_DONE,
    Ending.REFUSED: EXIT_GUARD,
    Ending.PARTIAL: EXIT_PARTIAL,
    Ending.FAILED: EXIT_ERROR,
    Ending.INTERRUPTED: EXIT_INTERRUPTED,
}
# Passes start up to this part of the interval early or late, so that no two hosts march in step.
_JITTER: Final = 0.1


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@all_targets_option
@click.option("--dry-run", is_flag=True, help="Tell what would be done, and do nothing; 2 if any.")
@click.option("--every", type=Duration(), help="Repeat, each time after so long, until SIGTERM.")
@click.option("--lock-wait", type=Duration(), help="Wait so long for another run to end.")
@click.option("--metrics", metavar="FILE", help="Write Prometheus metrics to FILE after each pass.")
@click.option("--metrics-port", type=click.IntRange(1, 65535), help="Serve metrics and /healthz.")
@click.option(
    "--notify",
    multiple=True,
    envvar="RECONCILER_NOTIFY",
    metavar="URL",
    help="Tell of changes, failures and recoveries [also: RECONCILER_NOTIFY].",
)
@click.option("--base", metavar="REF", help="Release what this git revision declared, now gone.")
@click.option(
    "--record", metavar="DIR", help="Keep a record of each pass that writes, as JSON lines, in DIR."
)
@limit_options
@with_shared(*PASS_FORMATS)
def reconcile(
    shared: Shared,
    *,
    paths: tuple[str, ...],
    all_targets: bool,
    dry_run: bool,
    every: float | None,
    lock_wait: float | None,
    metrics: str | None,
    metrics_port: int | None,
    notify: tuple[str, ...],
    base: str | None,
    record: str | None,
    **limits: Any,
) -> int:
    """Make the account what the manifests say, with nobody looking on."""
    from reconciler.apply import Stop
    from reconciler.cli.stories import part_of
    from reconciler.cli.telling import Telling
    from reconciler.unattended import Metrics, Notifier

    if metrics_port and not every:
        raise click.UsageError("--metrics-port is for --every: one pass is over before a scrape")
    stop = Stop()
    measured = Metrics(Path(metrics) if metrics else None) if metrics or metrics_port else None
    notifier = Notifier(notify) if notify else None
    said_part = part_of(shared.only, shared.selector, paths)
    telling = Telling(shared, dry_run, measured, notifier, said_part)
    said = _Said(paths, all_targets, dry_run, lock_wait or 0.0, base, record, limits)
    passing = _Passing(shared, said, stop, telling, Anew(shared))
    with interruptible(shared, stop):
        if not every:
            return passing.once()
        if metrics_port and measured:
            from reconciler.unattended.page import serve_metrics

            serve_metrics(measured, metrics_port, stale_after=3 * every)
        return _repeat(passing, every, stop)


def _repeat(passing: _Passing, every: float, stop: Stop) -> int:
    """Pass after pass, until told to stop: a good end, unless it cut a pass short."""
    while True:
        code = passing.once()
        if code == EXIT_INTERRUPTED:
            return code
        # Between passes there is time for it, and by itself Python would seldom come to it.
        gc.collect()
        spread = random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - it spreads, and hides nothing
        if stop.asked.wait(every * spread):
            return EXIT_DONE


@dataclass(frozen=True, slots=True)
class _Said:
    """What was said on the command line of each pass; `lock_wait` is in seconds.

    `limits` are those of `--max-creates` and its like, None where one was not said.
    """

    paths: tuple[str, ...]
    all_targets: bool
    dry_run: bool
    lock_wait: float
    base: str | None
    record: str | None
    limits: Mapping[str, Limit | None]


@dataclass(frozen=True)
class _Passing:
    """What stays the same from pass to pass; all else is read anew each time."""

    shared: Shared
    said: _Said
    stop: Stop
    telling: Telling
    anew: Anew

    def once(self) -> int:
        """One pass over every target that is meant; the worst exit code."""
        from reconciler.passes import failed

        try:
            sessions = self.anew.sessions(all_targets=self.said.all_targets)
        except (ReconcilerError, OSError) as error:
            return self._end(failed(_begun(""), error), Path(self.shared.config or "").parent)
        return worst([self._over(each) for each in sessions])

    def _over(self, session: Session) -> int:
        """One pass over one target, told and measured; its exit code. Once told to stop, none.

        It is told while its turn lasts: who comes next must know what was told.
        """
        if self.stop.asked.is_set():
            return EXIT_INTERRUPTED
        begun, since = _begun(session.target.name), time.monotonic()
        with ExitStack() as turn:
            ended = self._pass(begun, session, turn)
            seconds = time.monotonic() - since
            ended = replace(ended, seconds=seconds)
            return self._end(ended, session.config.directory, self._part(session))

    def _part(self, session: Session) -> str:
        """What tells the part of the target that is meant from others; "" where all of it is."""
        from reconciler.cli.stories import part_of

        paths = self.said.paths
        is_part = bool(paths) and session.is_part(paths)
        return part_of(self.shared.only, self.shared.selector, paths if is_part else ())

    def _end(self, report: PassReport, directory: Path, part: str = "") -> int:
        """Tell of a pass over a target, or a part of it; its exit code."""
        if report.ending is Ending.BUSY:
            self.telling.tell_busy(report)
        else:
            self.telling.tell(report, directory, part)
        if self.said.dry_run and report.ending is Ending.DRIFT:
            return EXIT_CHANGES
        return _CODES[report.ending]

    def _pass(self, begun: PassReport, session: Session, turn: ExitStack) -> PassReport:
        """A pass over a target that no other run is at; a dry run just looks, and may be second."""
        from reconciler.passes import failed, told_to_stop
        from reconciler.unattended import alone

        name, directory = session.target.name, session.config.directory
        wait, pause = self.said.lock_wait, self.stop.asked.wait
        try:
            if self.said.dry_run or turn.enter_context(
                alone(directory, name, wait=wait, pause=pause)
            ):
                return self._pass_alone(begun, session)
        except OSError as error:
            return failed(begun, error)
        if self.stop.asked.is_set():
            return told_to_stop(begun)
        message = "another run is at work, and this one leaves it to it"
        return replace(begun, ending=Ending.BUSY, message=message)

    def _pass_alone(self, begun: PassReport, session: Session) -> PassReport:
        """A pass by what the configuration says now: it may have changed during a long wait.

        One that cannot be used, or has the target no more, befalls no target, as at the start.
        """
        from reconciler.passes import failed

        try:
            session = self.anew.session(session)
        except (ReconcilerError, OSError) as error:
            return failed(replace(begun, target=""), error)
        try:
            return self._pass_by(begun, session)
        except (ReconcilerError, OSError) as error:
            return failed(begun, error)

    def _pass_by(self, begun: PassReport, session: Session) -> PassReport:
        from reconciler.passes import Course, one_pass

        job = replace(session.job(self.said.paths, base=self.said.base), warn=self.telling.hear)
        run = how(session, self.stop, self.said.record)
        course = Course(
            limits=limits_over(session.target.limits, dict(self.said.limits)),
            run=replace(run, complain=self.telling.hear),
            now=lambda: datetime.now(UTC),
            dry_run=self.said.dry_run,
        )
        with session.account(self.stop.asked) as account:
            report = one_pass(begun, job, account, course)
            return replace(report, requests=account.requests, throttled=account.throttled)


def _begun(target: str) -> PassReport:
    """The report of a pass that begins now."""
    return PassReport(target, now(), 0.0, Ending.FAILED)
