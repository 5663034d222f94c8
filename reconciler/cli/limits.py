"""`--max-creates` and its like: the limits of a target, raised or lowered for one run."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, Final

import click

from reconciler.model import Limit, Limits

_LIMITS: Final = tuple(each.name for each in fields(Limits))


def limit_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Declare `--max-creates` and its like."""
    for name in reversed(_LIMITS):
        command = click.option(
            f"--max-{name}", type=LimitType(), metavar="N|P%", help=f"Raise or lower limits.{name}."
        )(command)
    return command


def limits_over(limits: Limits, arguments: dict[str, Any]) -> Limits:
    """The limits of a target, with those said for this run taken out of `arguments`."""
    said = {name: arguments.pop(f"max_{name}") for name in _LIMITS}
    return replace(limits, **{name: limit for name, limit in said.items() if limit is not None})


class LimitType(click.ParamType[Limit]):
    """A limit: a count of operations, or a percent of the managed numbers."""

    name = "limit"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Limit:
        """The limit as said."""
        if isinstance(value, Limit):
            return value
        found = re.fullmatch(r"(\d+)(%|)", str(value))
        if not found:
            self.fail(
                f"{value!r} is neither a count such as 3 nor a percent such as 30%", param, ctx
            )
        return Limit(percent=float(found[1])) if found[2] else Limit(count=int(found[1]))
