"""What happens along the way, and what went wrong and stopped nothing -> lines on stderr."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from reconciler.cli.options import Shared


def note(shared: Shared, message: str) -> None:
    """Tell of progress on stderr, in the format asked for, unless asked to be quiet."""
    if not shared.quiet:
        _log(shared, "info", message)


def warn(shared: Shared, message: str) -> None:
    """Tell on stderr, in the format asked for, of what went wrong and stopped nothing."""
    _log(shared, "warning", message)


def _log(shared: Shared, level: str, message: str) -> None:
    from reconciler.report.escape import json_line, terminal_lines

    if shared.log_format == "json":
        line = json_line({"time": now(), "level": level, "message": message})
        click.echo(line, err=True, nl=False)
    else:
        said = message if level == "info" else f"{level}: {message}"
        click.echo(terminal_lines(said), err=True)


def now() -> str:
    """The time as ISO 8601, of UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
