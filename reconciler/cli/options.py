"""The options that every command shares, before or after its name."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import wraps
from typing import Any, Final

import click


@dataclass(frozen=True, slots=True)
class Shared:
    """What was said of the shared options; None or empty where nothing was said."""

    config: str | None = None
    target: str | None = None
    selector: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    format: str | None = None
    no_color: bool = False
    quiet: bool = False
    verbose: bool = False
    log_format: str | None = None
    parallel: int | None = None
    timeout: float | None = None

    def over(self, before: Shared) -> Shared:
        """What was said after the command's name, over what was said before it."""
        said = {
            each.name: value
            for each in fields(self)
            if (value := getattr(self, each.name)) not in (None, (), False)
        }
        return replace(before, **said)


# What nobody means to wait for; and far below what the clocks of a system can count.
_LONGEST: Final = 30 * 24 * 3600.0


class Duration(click.ParamType[float]):
    """Seconds, or a number with a unit: `90`, `90s`, `5m`, `1h`; at most 30 days."""

    name = "duration"
    _UNITS = {"": 1, "ms": 0.001, "s": 1, "m": 60, "h": 3600}  # noqa: RUF012 - never written to

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """The duration in seconds."""
        if isinstance(value, int | float):
            return float(value)
        found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h|)", str(value))
        if not found or float(found[1]) <= 0:
            self.fail(f"{value!r} is not a duration such as 30s or 5m", param, ctx)
        seconds = float(found[1]) * self._UNITS[found[2]]
        if seconds > _LONGEST:
            self.fail(f"{value!r} is longer than 30 days", param, ctx)
        return seconds


def with_shared(*formats: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a command the shared options, and `formats` as what `--format` may say.

    The command receives them as its first argument, a `Shared`, with what was said before its name.
    """

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def run(**arguments: Any) -> Any:
            said = Shared(**{each.name: arguments.pop(each.name) for each in fields(Shared)})
            context = click.get_current_context()
            shared = said.over(context.find_object(Shared) or Shared())
            # Whoever tells how the command ended knows no context but the first.
            context.find_root().obj = shared
            if shared.format is not None and shared.format not in formats:
                choices = ", ".join(formats)
                raise click.UsageError(f"--format {shared.format} is not one of: {choices}")
            return command(shared, **arguments)

        return shared_options(run)

    return decorate


def shared_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Declare the shared options on a command, in their order."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option("--config", metavar="FILE", help="Configuration file [default: reconciler.yaml]."),
    click.option("--target", metavar="NAME", help="Target of the configuration file."),
    click.option(
        "--selector", multiple=True, metavar="K=V", help="Only manifests with this label."
    ),
    click.option("--only", multiple=True, metavar="NAME", help="Only the manifest of this name."),
    click.option("--format", metavar="FORMAT", help="Output format."),
    click.option("--no-color", is_flag=True, help="No colour [also: NO_COLOR]."),
    click.option("--quiet", is_flag=True, help="Print results and errors only."),
    click.option("--verbose", is_flag=True, help="Print more, such as unmanaged numbers."),
    click.option("--log-format", type=click.Choice(["text", "json"]), help="Format of the log."),
    click.option("--parallel", type=click.IntRange(1, 64), help="Calls at once [default: 4]."),
    click.option("--timeout", type=Duration(), help="Time for one request and its retries."),
)
