"""What happens along the way, and what went wrong -> lines on stderr, the one place for them."""

from __future__ import annotations

from datetime import UTC, datetime
from json import loads
from typing import Any

import click

from reconciler.cli.options import Shared
from reconciler.errors import ReconcilerError


def note(shared: Shared, message: str) -> None:
    """Tell of progress on stderr, in the format asked for, unless asked to be quiet."""
    if not shared.quiet:
        say(shared, message)


def warn(shared: Shared, message: str) -> None:
    """Tell on stderr, in the format asked for, of what went wrong and stopped nothing."""
    if shared.log_format == "json":
        _log("warning", message)
    else:
        _write(f"warning: {message}")


def say(shared: Shared, message: str) -> None:
    """Tell on stderr, in the format asked for, what nobody may miss, asked to be quiet or not."""
    if shared.log_format == "json":
        _log("info", message)
    else:
        _write(message)


def show(shared: Shared, text: str) -> None:
    """Show on stderr what a format made, and is fit to be shown; as JSON, in one line too."""
    if shared.log_format == "json":
        _log("info", text)
    else:
        click.echo(text, err=True)


def tell_error(shared: Shared, error: ReconcilerError | OSError, target: str = "") -> None:
    """Say on stderr what is wrong; of files with errors, every one with its place.

    `target` is the one that it befell, where there are several.
    """
    validation = getattr(error, "validation", None)
    message, help_text = words_of(error)
    if shared.log_format == "json":
        about = {"target": target} if target else {}
        for each in diagnostics_of(error):
            _log(each["severity"], **about, **each)
        if validation is None:
            _log("error", message, help=help_text, **about)
    elif validation is not None:
        from reconciler.cli.session import show_validation

        head = f"{target}\n" if target else ""
        show(shared, head + show_validation(Shared(), validation).rstrip("\n"))
    else:
        said = f"{target}: {message}" if target else message
        _write(f"error: {said}")
        if help_text:
            _write(f"  = help: {help_text}")


def tell_ending(shared: Shared, error: click.ClickException | None = None) -> None:
    """Say on stderr that a command was interrupted, or, of an `error`, that it was misused."""
    if shared.log_format == "json":
        _log("error", error.format_message() if error else "interrupted", help="")
    elif error:
        error.show()
    else:
        _write("interrupted")


def words_of(error: ReconcilerError | OSError) -> tuple[str, str]:
    """What an error says, and what helps."""
    if isinstance(error, ReconcilerError):
        return error.message, error.help
    return f"{error.filename or 'the system'}: {error.strerror or error}", ""


def diagnostics_of(error: ReconcilerError | OSError) -> list[dict[str, Any]]:
    """The diagnostics of files with errors, as `validate` writes them as JSON."""
    validation = getattr(error, "validation", None)
    if validation is None:
        return []
    from reconciler.cli.session import show_validation

    shown: list[dict[str, Any]] = loads(show_validation(Shared(), validation, "json"))[
        "diagnostics"
    ]
    return shown


def _log(level: str, message: str, **more: Any) -> None:
    from reconciler.report.escape import json_line

    line = {"time": now(), "level": level, "message": message, **more}
    click.echo(json_line(line), err=True, nl=False)


def _write(text: str) -> None:
    from reconciler.report.escape import terminal_lines

    click.echo(terminal_lines(text), err=True)


def now() -> str:
    """The time as ISO 8601, of UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
