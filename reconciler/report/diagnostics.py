"""Diagnostics -> text that points at the line, as good compilers do; and JSON. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from json import dumps
from typing import Final

from reconciler.model import Diagnostic, Place, Severity, Validation
from reconciler.report.escape import terminal
from reconciler.report.views import Style, ValidationView
from reconciler.report.words import count

_LONGEST_LINE: Final = 160
_TOKEN: Final = re.compile(r"\"[^\"]*\"?|'[^']*'?|[^\s:,\[\]{}]+")
# Rules about secrets: the line may hold one, so only its key is shown.
_SECRET_CODES: Final = frozenset({"R215", "R216"})


def validation_text(view: ValidationView) -> str:
    """Each diagnostic with the source it is about, then a summary."""
    blocks = [
        "\n".join(_block(each, view.sources.get(each.place.file, ()), view.style))
        for each in view.validation.diagnostics
    ]
    return "\n\n".join([*blocks, summary(view.validation)]) + "\n"


def validation_json(view: ValidationView) -> str:
    """The document of the contract; lines and columns count from 1."""
    validation = view.validation
    document = {
        "valid": validation.valid,
        "summary": {
            "manifests": validation.manifests,
            "errors": _count(validation, Severity.ERROR),
            "warnings": _count(validation, Severity.WARNING),
        },
        "diagnostics": [
            {
                "severity": each.severity.value,
                "code": each.code,
                "message": each.message,
                "file": each.place.file,
                "line": each.place.line,
                "column": each.place.column,
                "path": each.path,
                "help": each.help,
            }
            for each in validation.diagnostics
        ],
    }
    return dumps(document, indent=2, ensure_ascii=False) + "\n"


def summary(validation: Validation) -> str:
    """`13 manifests, 1 error, 0 warnings`."""
    return ", ".join(
        (
            count(validation.manifests, "manifest"),
            count(_count(validation, Severity.ERROR), "error"),
            count(_count(validation, Severity.WARNING), "warning"),
        )
    )


def _count(validation: Validation, severity: Severity) -> int:
    return sum(1 for each in validation.diagnostics if each.severity is severity)


def _block(fault: Diagnostic, lines: Sequence[str], style: Style) -> Iterator[str]:
    paint = style.red if fault.severity is Severity.ERROR else style.yellow
    head, *more = fault.message.split("\n")
    yield f"{paint(f'{fault.severity.value}[{fault.code}]')}: {style.bold(terminal(head))}"
    yield from (f"  {terminal(line)}" for line in more)
    place = fault.place
    yield f"  {style.dim('-->')} {terminal(place.file)}:{place.line}:{place.column}"
    near = [each for each in fault.related if each.file == place.file and each.line != place.line]
    if 0 < place.line <= len(lines):
        yield from _snippet(fault, sorted({*near, place}), lines, style)
    for other in fault.related:
        if other.file != place.file:
            yield f"   = see {terminal(other.file)}:{other.line}:{other.column}"
    if fault.help:
        yield f"   {style.dim('=')} help: {terminal(fault.help)}"


def _snippet(
    fault: Diagnostic, places: Sequence[Place], lines: Sequence[str], style: Style
) -> Iterator[str]:
    width = max(2, len(str(places[-1].line)))
    gutter = style.dim(f"{' ' * width} |")
    yield gutter
    for place in places:
        if place.line > len(lines):
            continue
        line = lines[place.line - 1]
        shown, caret = _pointed(line, place, hide=fault.code in _SECRET_CODES)
        yield f"{style.dim(f'{place.line:>{width}} |')} {shown}"
        if place == fault.place:
            note = f" {fault.path} is the second" if len(places) > 1 and fault.path else ""
            yield f"{gutter} {style.red(caret)}{note}"


def _pointed(line: str, place: Place, *, hide: bool) -> tuple[str, str]:
    """The line as shown, and the caret under the token that stands at the place."""
    start = place.column - 1
    found = _TOKEN.match(line, start)
    token = found.group() if found else ""
    if hide:
        line = line[: start + len(token)] + ": (not shown)"
    lead = _columns(terminal(line[:start]))
    shown = terminal(line)
    if len(shown) > _LONGEST_LINE:
        shown = f"{shown[:_LONGEST_LINE]}…"
    return shown, " " * lead + "^" * max(1, _columns(terminal(token)))


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes: wide characters take two, combining none."""
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    return len(text) + wide - sum(unicodedata.combining(each) > 0 for each in text)
