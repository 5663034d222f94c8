"""A forecast -> text and JSON that read like no plan, and promise nothing. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reconciler.model import Change, Expected, Forecast, Json, Outlook
from reconciler.report.escape import json_text, terminal
from reconciler.report.views import ForecastView, Style
from reconciler.report.words import count, value

# What no file can tell.
NOT_LOOKED_AT: Final = (
    "what the account holds: changes made elsewhere, numbers that exist already or are gone",
    "ids behind names, and values of secrets",
    "limits, quotas and preventDestroy",
)
_SYMBOLS: Final = {
    Outlook.NEW: "+",
    Outlook.CHANGED: "~",
    Outlook.RELEASED: "-",
    Outlook.UNKNOWN: "?",
}


def forecast_text(view: ForecastView) -> str:
    """Every expected operation, what was not looked at, and a last line that promises nothing."""
    forecast, style = view.forecast, view.style
    parts = [
        _header(forecast, style),
        *("\n".join(_block(each, style)) for each in forecast.expected),
        "\n".join(_not_compared(forecast)),
        "\n".join(["  Not looked at:", *(f"    {each}" for each in NOT_LOOKED_AT)]),
        _closing(forecast),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def forecast_json(view: ForecastView) -> str:
    """The same for programs. It is no plan document, and `apply` does not take it."""
    forecast = view.forecast
    document: dict[str, Json] = {
        "offline": True,
        "target": forecast.target,
        "baseUrl": forecast.base_url,
        "manifests": forecast.manifests,
        "locked": forecast.locked,
        "expected": [_expected(each) for each in forecast.expected],
        "notCompared": [
            {"address": address, "path": path} for address, path in forecast.not_compared
        ],
        "notLookedAt": list(NOT_LOOKED_AT),
        "summary": {each.value: _number(forecast, each) for each in Outlook},
    }
    return json_text(document)


def _header(forecast: Forecast, style: Style) -> str:
    manifests, locked = (
        count(forecast.manifests, "manifest"),
        count(forecast.locked, "number"),
    )
    name, url = style.bold(terminal(forecast.target)), terminal(forecast.base_url)
    return f"{name}  offline: {url} was not asked  {manifests}, {locked} in the lock"


def _block(expected: Expected, style: Style) -> Iterator[str]:
    paint = {Outlook.NEW: style.green, Outlook.RELEASED: style.red}
    symbol = paint.get(expected.outlook, style.yellow)(_SYMBOLS[expected.outlook])
    source = expected.source
    place = f"  {style.dim(f'{terminal(source.file)}:{source.line}')}" if source else ""
    yield f"  {symbol} {style.bold(terminal(expected.address))} {terminal(expected.why)}{place}"
    for each in expected.changes:
        yield f"      {_change(each)}"


def _change(change: Change) -> str:
    sides = (each for each in (change.before, change.after) if each is not None)
    shown = " -> ".join(value(each).replace("\n", "\n      ") for each in sides)
    symbol = "+" if change.before is None else "-" if change.after is None else "~"
    note = f"  ({change.note})" if change.note else ""
    return f"{symbol} {terminal(change.path)}  {shown}{note}"


def _not_compared(forecast: Forecast) -> Iterator[str]:
    if forecast.not_compared:
        yield "  Not compared:"
    for address, path in forecast.not_compared:
        yield f"    {terminal(address)} {terminal(path)}"


def _closing(forecast: Forecast) -> str:
    new, changed, released, unknown = (_number(forecast, each) for each in Outlook)
    return (
        f"By the lock: {new} new, {changed} changed, {released} to release, {unknown} unknown. "
        "The account may differ: only a plan that asks it can tell what is to be done."
    )


def _number(forecast: Forecast, outlook: Outlook) -> int:
    return sum(1 for each in forecast.expected if each.outlook is outlook)


def _expected(expected: Expected) -> dict[str, Json]:
    source = expected.source
    return {
        "address": expected.address,
        "outlook": expected.outlook.value,
        "why": expected.why,
        "changes": [
            {
                "path": each.path,
                "before": each.before,
                "after": each.after,
                "sensitive": each.sensitive,
            }
            for each in expected.changes
        ],
        "source": {"file": source.file, "line": source.line} if source else None,
    }
