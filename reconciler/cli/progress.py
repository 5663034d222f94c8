"""A run as it happens -> a live bar on a terminal, one line an operation elsewhere, or nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from reconciler.cli.log import note
from reconciler.cli.options import Shared
from reconciler.cli.streams import has_room
from reconciler.model import Result

if TYPE_CHECKING:
    from rich.progress import Task
    from rich.text import Text

    from reconciler.apply import Step

Observe = Callable[[Result], None]
Watch = Callable[["Step"], None]

# What shows the cursor of a terminal, and leaves a bar's line.
_CURSOR: Final = b"\x1b[?25h\n"


@contextmanager
def progress(shared: Shared, total: int) -> Iterator[tuple[Observe, Watch]]:
    """Who is told of the results, in the plan's order, and who of every step, as it happens.

    `total` is the number of operations. All of it goes to stderr.
    """
    if total and _moves(shared):
        with _bar(shared, total) as watch:
            yield (lambda _result: None), watch
    else:
        yield (lambda result: _line(shared, result)), (lambda _step: None)


def show_cursor(shared: Shared) -> None:
    """Show the cursor that a bar hides, for who ends the process under it. Waits for nothing."""
    if _moves(shared):
        # Past what rich has put in the place of stderr, which shows lines, and whole ones.
        with suppress(OSError):
            fd = sys.stderr.fileno()
            if has_room(fd, 0):
                os.write(fd, _CURSOR)


def _moves(shared: Shared) -> bool:
    """Whether a person looks on: a build log keeps every frame of a bar."""
    env = os.environ
    return (
        sys.stderr.isatty()
        and not shared.quiet
        and shared.log_format != "json"
        and not env.get("CI")
        and env.get("TERM") != "dumb"
    )


def _line(shared: Shared, result: Result) -> None:
    operation = result.operation
    note(shared, f"{operation.address}: {operation.action.value} {result.status.value}")


@contextmanager
def _bar(shared: Shared, total: int) -> Iterator[Watch]:
    """A bar with the number under way, how many are done, and how many a second."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn
    from rich.text import Text

    from reconciler.apply import Asked
    from reconciler.report.escape import terminal

    class Rate(ProgressColumn):
        """Operations a second, once that can be said."""

        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:.1f}/s" if task.speed else "")

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TextColumn("{task.description}", markup=False),
    )
    console = Console(stderr=True, no_color=shared.no_color or None)
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task("", total=total)

        def watch(step: Step) -> None:
            if isinstance(step, Asked):
                operation = step.operation
                now = f"{operation.action.value} {operation.address}"
                shown.update(task, description=terminal(now))
            else:
                shown.advance(task)

        yield watch
