"""A pass -> whoever is to hear of it: a reader of stdout, Prometheus, and who is notified."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from json import dumps, loads
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from reconciler.cli.options import Shared
from reconciler.lockfile import write_atomically
from reconciler.model import PassReport
from reconciler.report import PASS_FORMATS, PassView
from reconciler.report.news import Told, mood, news, read_told, told_json

if TYPE_CHECKING:
    from reconciler.unattended import Metrics, Notifier

_READABLE: Final = "recovered: the configuration could not be used, and now it can"


@dataclass(frozen=True)
class Telling:
    """Who hears of passes. What cannot be told is said on stderr, and stops nothing."""

    shared: Shared
    dry_run: bool
    metrics: Metrics | None
    notifier: Notifier | None

    def tell(self, report: PassReport, directory: Path) -> None:
        """Print, measure and notify; what was told before stands in `directory`."""
        from reconciler.cli.session import warn

        lines = self._news(report, directory)
        if lines or not self.shared.quiet:
            self._show(PassView(report, lines))
        if self.metrics:
            try:
                self.metrics.add(report, time.time())
            except OSError as error:
                warn(self.shared, f"metrics cannot be written: {error.strerror}")
        if self.notifier and lines:
            title = f"vapi-reconciler: {report.target or report.ending.value}"
            if not self.notifier.send(title, lines, mood(report, lines)):
                warn(self.shared, "not everybody could be notified")

    def tell_busy(self, report: PassReport) -> None:
        """Say that a target was left to another run, which tells and measures its own pass."""
        from reconciler.cli.session import note

        if (self.shared.format or "text") == "text":
            note(self.shared, f"{report.target}: {report.message}")
        elif not self.shared.quiet:
            self._show(PassView(report))

    def _show(self, view: PassView) -> None:
        """Print a pass; a dry run shows its plan as `plan` does."""
        from reconciler.cli.plan import show_plan

        name = self.shared.format or "text"
        found = view.report.found
        if self.dry_run and found and name == "text":
            click.echo(show_plan(replace(self.shared, format=None), found))
        click.echo(PASS_FORMATS[name](view), nl=False)

    def _news(self, report: PassReport, directory: Path) -> tuple[str, ...]:
        """What is new since the last pass, which may have been another process."""
        path = self._story(report.target, directory)
        before = _read(path)
        lines, told = news(before, report, time.time())
        if told != before:
            self._keep(path, told)
        nameless = self._story("", directory)
        if report.target and _read(nameless) != Told():
            self._keep(nameless, Told())
            return (_READABLE, *lines)
        return lines

    def _story(self, target: str, directory: Path) -> Path:
        """Where it stands what was told: dry runs and real passes each have a story of their own.

        So has what befell no target, because the configuration did not tell which there are.
        """
        parts = (".reconciler", target, "told", "dry-run" if self.dry_run else "", "json")
        return directory / ".".join(part for part in parts if part)

    def _keep(self, path: Path, told: Told) -> None:
        from reconciler.cli.session import warn

        try:
            write_atomically(path, dumps(told_json(told), indent=2, sort_keys=True) + "\n")
        except OSError as error:
            warn(self.shared, f"{path} cannot be written: {error.strerror}")


def _read(path: Path) -> Told:
    try:
        return read_told(loads(path.read_bytes()))
    except (OSError, ValueError):
        return read_told(None)
