"""A pass -> whoever is to hear of it: a reader of stdout, Prometheus, and who is notified."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from reconciler.cli.log import note, warn
from reconciler.cli.options import Shared
from reconciler.cli.stories import Stories
from reconciler.model import Ending, PassReport
from reconciler.report import PASS_FORMATS, PassView
from reconciler.report.escape import terminal
from reconciler.report.news import EVERYBODY, Told, mood, news, owing

if TYPE_CHECKING:
    from reconciler.unattended import Metrics, Notifier

# Of an outage that lasts, the latest is worth most.
_MOST_UNSENT: Final = 100
_READABLE: Final = "recovered: the configuration could not be used, and now it can"


@dataclass(frozen=True)
class Telling:
    """Who hears of passes. What cannot be told is said on stderr, and stops nothing.

    `said_part` is what was said to be meant, as `part_of` has it: where there is no target, it
    cannot be told whether that is a part. `heard` is what a pass complained of and is not said yet.
    """

    shared: Shared
    dry_run: bool
    metrics: Metrics | None
    notifier: Notifier | None
    said_part: str = ""
    heard: list[str] = field(default_factory=list)

    @cached_property
    def stories(self) -> Stories:
        """What was told in passes before."""
        return Stories(lambda complaint: warn(self.shared, complaint))

    def tell(self, report: PassReport, directory: Path, part: str = "") -> None:
        """Print, measure and notify; what was told before of that `part` stands in `directory`.

        A pass that was cut short before it had looked, be it while it waited for its turn, leaves
        all news to the next: another may be telling them.
        """
        tried = self._heard()
        if report.ending is Ending.INTERRUPTED and report.plan is None:
            if not self.shared.quiet:
                tried |= self._show(PassView(report))
            self._complain({}, tried | self._measure(report))
            return
        path, nameless = self._story(report.target, directory, part), self._story("", directory)
        before, unusable = self.stories.read(path), self.stories.read(nameless)
        lines, told = news(before, report, time.time())
        if report.target and unusable.trouble:
            lines = (_READABLE, *lines)
            before = owing(before, unusable.unsent)
        if lines or not self.shared.quiet:
            tried |= self._show(PassView(report, lines))
        tried |= self._measure(report)
        urls = len(self.notifier.numbers) if self.notifier else before.urls
        unsent = self._notify(report, before, lines)
        tried |= self._unnotified(unsent)
        complaints = self._complain(before.complaints, tried)
        self.stories.keep(path, replace(told, unsent=unsent, urls=urls, complaints=complaints))
        if report.target:
            # What befalls no target is owed to as many.
            self.stories.keep(nameless, Told(urls=urls if self.notifier else unusable.urls))

    def hear(self, complaint: str) -> None:
        """Say what a pass complains of on its way; asked to be quiet, say it once, when it ends."""
        said = terminal(complaint)
        if self.shared.quiet:
            self.heard.append(said)
        else:
            warn(self.shared, said)

    def _heard(self) -> dict[str, str]:
        """What the pass complained of."""
        heard = "\n".join(self.heard)
        self.heard.clear()
        return {"pass": heard}

    def tell_busy(self, report: PassReport) -> None:
        """Say that a target was left to another run, which tells and measures its own pass."""
        if (self.shared.format or "text") == "text":
            note(self.shared, f"{report.target}: {report.message}")
        elif not self.shared.quiet:
            self._complain({}, self._show(PassView(report)))
        if self.metrics:
            self.metrics.ended(time.time())

    # What follows tries to tell, and returns what is to be complained of, by what it is about; ""
    # where it came about.

    def _show(self, view: PassView) -> dict[str, str]:
        """Print a pass; a dry run shows its plan as `plan` does."""
        from reconciler.cli.plan import show_plan

        name = self.shared.format or "text"
        found = view.report.found
        plan = ""
        if self.dry_run and found and name == "text":
            plan = show_plan(replace(self.shared, format=None), found) + "\n"
        try:
            click.echo(plan + PASS_FORMATS[name](view), nl=False)
        except OSError as error:
            return {"stdout": f"the pass cannot be printed: {error.strerror}"}
        return {"stdout": ""}

    def _measure(self, report: PassReport) -> dict[str, str]:
        if self.metrics is None:
            return {}
        try:
            self.metrics.add(report, time.time())
        except OSError as error:
            return {"metrics": f"metrics cannot be written: {error.strerror}"}
        return {"metrics": ""}

    def _unnotified(self, unsent: Mapping[int, tuple[str, ...]]) -> dict[str, str]:
        numbers = self.notifier.numbers if self.notifier else ()
        failed = "could not be notified, and is tried again by each pass"
        return {
            f"url {number}": f"--notify: URL {number} {failed}" if number in unsent else ""
            for number in numbers
        }

    def _notify(
        self, report: PassReport, before: Told, lines: Sequence[str]
    ) -> Mapping[int, tuple[str, ...]]:
        """Notify each URL of the lines and of what it is owed; what could not be sent is owed it.

        So it is in a pass that notifies none: a person's may come first, and URLs are to hear of
        it too.
        """
        last = max((before.urls, *before.unsent))
        numbers = self.notifier.numbers if self.notifier else range(1, last + 1)
        unsent = owing(before, dict.fromkeys(numbers, tuple(lines))).unsent
        if not self.notifier:
            return _latest(unsent)
        from reconciler.unattended.notify import Message

        title = f"vapi-reconciler: {report.target or report.ending.value}"
        owed = {number: (*unsent.get(EVERYBODY, ()), *unsent[number]) for number in numbers}
        messages = {
            number: Message(title, each, mood(report, each))
            for number, each in owed.items()
            if each
        }
        failing = sorted(self.notifier.send(messages))
        return _latest({number: owed[number] for number in failing})

    def _complain(self, before: Mapping[str, str], tried: Mapping[str, str]) -> dict[str, str]:
        """Say on stderr what could not be told, once until it is over or another; what is said."""
        for what, complaint in tried.items():
            if complaint and complaint != before.get(what):
                warn(self.shared, complaint)
        return {what: each for what, each in {**before, **tried}.items() if each}

    def _story(self, target: str, directory: Path, part: str = "") -> Path:
        """Where it stands what was told: dry runs and real passes each have a story of their own.

        So has each part of a target, for what is well there tells nothing of the rest; and what
        befell no target, because the configuration did not tell which there are.
        """
        run = "dry-run" if self.dry_run else ""
        names = (".reconciler", target, "told", part if target else self.said_part, run, "json")
        return directory / ".".join(each for each in names if each)


def _latest(owed: Mapping[int, tuple[str, ...]]) -> Mapping[int, tuple[str, ...]]:
    return {number: lines[-_MOST_UNSENT:] for number, lines in owed.items() if lines}
