"""`reconciler reconcile`: passes that nobody looks at, one or one every so often."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from reconciler.cli.apply import EXIT_ERROR, EXIT_INTERRUPTED, EXIT_PARTIAL, how, interruptible
from reconciler.cli.limits import limit_options, limits_over
from reconciler.cli.options import Duration, Shared, with_shared
from reconciler.cli.targets import all_targets_option, worst
from reconciler.errors import ReconcilerError
from reconciler.model import Ending, PassReport
from reconciler.report import PASS_FORMATS, PassView

if TYPE_CHECKING:
    from reconciler.apply import Stop
    from reconciler.cli.session import Session
    from reconciler.unattended import Metrics, Notifier

EXIT_CHANGES: Final = 2
EXIT_GUARD: Final = 3
_CODES: Final = {
    Ending.SYNCED: 0,
    Ending.CHANGED: 0,
    Ending.DRIFT: 0,
    Ending.FROZEN: 0,
    Ending.REFUSED: EXIT_GUARD,
    Ending.PARTIAL: EXIT_PARTIAL,
    Ending.FAILED: EXIT_ERROR,
    Ending.INTERRUPTED: EXIT_INTERRUPTED,
}
# Passes start up to this part of the interval early or late, so that no two hosts march in step.
_JITTER: Final = 0.1


@click.command()
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
@click.option("--record", metavar="DIR", help="Keep a record of each run, as JSON lines, in DIR.")
@limit_options
@with_shared(*PASS_FORMATS)
def reconcile(
    shared: Shared,
    *,
    every: float | None,
    metrics: str | None,
    metrics_port: int | None,
    notify: tuple[str, ...],
    **said: Any,
) -> int:
    """Make the account what the manifests say, with nobody looking on."""
    from reconciler.apply import Stop
    from reconciler.unattended import Metrics, Notifier

    if metrics_port and not every:
        raise click.UsageError("--metrics-port is for --every: one pass is over before a scrape")
    stop = Stop()
    passing = _Passing(
        shared=shared,
        said=said,
        stop=stop,
        metrics=Metrics(Path(metrics) if metrics else None) if metrics or metrics_port else None,
        notifier=Notifier(notify) if notify else None,
    )
    with interruptible(stop):
        if not every:
            return passing.once()
        if metrics_port and passing.metrics:
            from reconciler.unattended.page import serve_metrics

            serve_metrics(passing.metrics, metrics_port, stale_after=3 * every)
        return _repeat(passing, every, stop)


def _repeat(passing: _Passing, every: float, stop: Stop) -> int:
    """Pass after pass, until told to stop: a good end, unless it cut a pass short."""
    while True:
        code = passing.once()
        if code == EXIT_INTERRUPTED:
            return code
        spread = random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - it spreads, and hides nothing
        if stop.asked.wait(every * spread):
            return 0


@dataclass(frozen=True)
class _Passing:
    """What stays the same from pass to pass; all else is read anew each time."""

    shared: Shared
    said: dict[str, Any]
    stop: Stop
    metrics: Metrics | None
    notifier: Notifier | None

    def once(self) -> int:
        """One pass over every target that is meant; the worst exit code."""
        from reconciler.cli.session import open_sessions
        from reconciler.passes import failed

        try:
            sessions = open_sessions(self.shared, all_targets=self.said["all_targets"])
        except (ReconcilerError, OSError) as error:
            name = self.shared.target or "default"
            report = PassReport(name, _now().isoformat(), 0.0, Ending.FAILED)
            return self._tell(failed(report, error), Path())
        return worst([self._over(each) for each in sessions])

    def _over(self, session: Session) -> int:
        """One pass over one target, told and measured; its exit code."""
        begun = time.monotonic()
        ended = self._pass(session)
        if ended is None:
            return 0
        ended = replace(ended, seconds=time.monotonic() - begun)
        return self._tell(ended, session.config.directory)

    def _pass(self, session: Session) -> PassReport | None:
        """A pass over a target; None where another process is at it."""
        from reconciler.cli.session import note
        from reconciler.passes import failed
        from reconciler.unattended import alone

        name = session.target.name
        report = PassReport(name, _now().isoformat(), 0.0, Ending.FAILED)
        try:
            wait = self.said["lock_wait"] or 0.0
            with alone(session.config.directory, name, wait=wait) as is_alone:
                if not is_alone:
                    note(
                        self.shared, f"{name}: another run is at work, and this one leaves it to it"
                    )
                    return None
                return self._pass_alone(session)
        except (ReconcilerError, OSError) as error:
            return failed(report, error)

    def _pass_alone(self, session: Session) -> PassReport:
        from reconciler.passes import Course, one_pass

        said = dict(self.said)
        job = session.job((), base=said["base"])
        course = Course(
            limits=limits_over(session.target.limits, said),
            run=how(session, self.stop, said["record"]),
            now=_now,
            dry_run=said["dry_run"],
        )
        with session.account(self.stop.asked) as account:
            report = one_pass(job, account, course)
            return replace(report, requests=account.requests, throttled=account.throttled)

    def _tell(self, report: PassReport, directory: Path) -> int:
        """Print, measure and notify; what cannot be is told on stderr, and stops nothing."""
        from reconciler.cli.session import warn

        lines = self._news(report, directory)
        if lines or not self.shared.quiet:
            self._show(PassView(report, lines))
        if self.metrics:
            try:
                self.metrics.add(report, time.time())
            except OSError as error:
                warn(self.shared, f"metrics cannot be written: {error.strerror}")
        if (
            self.notifier
            and lines
            and not self.notifier.send(f"vapi-reconciler: {report.target}", lines)
        ):
            warn(self.shared, "not everybody could be notified")
        if self.said["dry_run"] and report.ending is Ending.DRIFT:
            return EXIT_CHANGES
        return _CODES[report.ending]

    def _show(self, view: PassView) -> None:
        """Print a pass; a dry run shows its plan as `plan` does."""
        from reconciler.cli.plan import show_plan

        name = self.shared.format or "text"
        plan = view.report.plan
        if self.said["dry_run"] and plan and name == "text":
            click.echo(show_plan(replace(self.shared, format=None), plan))
        click.echo(PASS_FORMATS[name](view), nl=False)

    def _news(self, report: PassReport, directory: Path) -> tuple[str, ...]:
        """What is new since the last pass, which may have been another process."""
        from json import dumps, loads

        from reconciler.cli.session import warn
        from reconciler.lockfile import write_atomically
        from reconciler.report.news import news, read_told, told_json

        path = directory / f".reconciler.{report.target}.told.json"
        try:
            before = read_told(loads(path.read_bytes()))
        except (OSError, ValueError):
            before = read_told(None)
        lines, told = news(before, report, time.time())
        if told != before and not self.said["dry_run"]:
            try:
                write_atomically(path, dumps(told_json(told), indent=2, sort_keys=True) + "\n")
            except OSError as error:
                warn(self.shared, f"{path} cannot be written: {error.strerror}")
        return lines


def _now() -> datetime:
    return datetime.now(UTC)
