"""A command over one target or over all -> one result a target, and one exit code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from json import loads
from typing import TYPE_CHECKING, Any, Final

import click

from reconciler.cli.exits import EXIT_ERROR, EXIT_GUARD, WORST_FIRST
from reconciler.cli.log import diagnostics_of, tell_error, words_of
from reconciler.cli.options import Shared
from reconciler.errors import GuardError, ReconcilerError

if TYPE_CHECKING:
    from reconciler.cli.session import Session

# Formats of which several make one of the same kind.
_JOINED: Final = frozenset({"text", "json", "github", "markdown"})

# A session -> what to print, and the exit code.
Command = Callable[["Session"], tuple[str, int]]

all_targets_option = click.option(
    "--all-targets", is_flag=True, help="Every target of the configuration file, one by one."
)


def over_targets(shared: Shared, command: Command, *, all_targets: bool) -> int:
    """Run a command for the target that is meant, or for each; print it, and give the exit code.

    As JSON, the results of all targets are one object, by target. What goes wrong with one stops
    no other, and the worst exit code is that of all.
    """
    from reconciler.cli.session import open_sessions

    sessions = open_sessions(shared, all_targets=all_targets)
    if not all_targets:
        text, code = command(sessions[0])
        click.echo(text, nl=False)
        return code
    name = shared.format or "text"
    if name not in _JOINED:
        raise click.UsageError(f"--format {name} is of one target: say which with --target")
    ended = [_guarded(each, command) for each in sessions]
    if name == "json":
        from reconciler.report.escape import json_text

        named = zip(sessions, ended, strict=True)
        click.echo(json_text({each.target.name: value for each, (value, _) in named}), nl=False)
    return worst([code for _, code in ended])


def worst(codes: Sequence[int]) -> int:
    """The one exit code of several runs."""
    return next(each for each in WORST_FIRST if each in codes)


def _guarded(session: Session, command: Command) -> tuple[Any, int]:
    """The result of one target, printed unless it is JSON; an error is a result too."""
    is_json = session.shared.format == "json"
    try:
        text, code = command(session)
    except (ReconcilerError, OSError) as error:
        if not is_json:
            tell_error(session.shared, error, session.target.name)
        return _document(error), exit_code_of(error)
    if is_json:
        return loads(text), code
    click.echo(text, nl=False)
    return text, code


def exit_code_of(error: Exception) -> int:
    """What the contract says of a run that ends with an error."""
    return EXIT_GUARD if isinstance(error, GuardError) else EXIT_ERROR


def _document(error: ReconcilerError | OSError) -> dict[str, Any]:
    message, help_text = words_of(error)
    kind = error.kind if isinstance(error, ReconcilerError) else "system"
    said: dict[str, Any] = {"kind": kind, "message": message, "help": help_text}
    if found := diagnostics_of(error):
        said["diagnostics"] = found
    return {"error": said}
