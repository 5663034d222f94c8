"""Diagnostics -> text that points at the line, as good compilers do; and JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from reconciler.model import Diagnostic, Json, Severity, Validation
from reconciler.report.escape import json_text, terminal, terminal_lines
from reconciler.report.sources import TOKEN, Sources, sources
from reconciler.report.views import Style, ValidationView
from reconciler.report.words import columns, count

_LONGEST_LINE: Final = 160
_LONGEST_TOKEN: Final = 40
# Rules about what may stand only once.
_TWICE: Final = frozenset({"R201", "R202", "R203", "R204"})


def validation_text(view: ValidationView) -> str:
    """Each diagnostic with the source it is about, then a summary."""
    diagnostics = view.validation.diagnostics
    files = sources(view.sources, diagnostics)
    blocks = ["\n".join(_block(each, files, view.style)) for each in diagnostics]
    return "\n\n".join([*blocks, summary(view.validation)]) + "\n"


def validation_json(view: ValidationView) -> str:
    """The document of the contract; lines and columns count from 1."""
    validation = view.validation
    document: Json = {
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
    return json_text(document)


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


def _block(fault: Diagnostic, files: Sources, style: Style) -> Iterator[str]:
    paint = style.red if fault.severity is Severity.ERROR else style.yellow
    head, *more = fault.message.split("\n")
    yield f"{paint(f'{fault.severity.value}[{fault.code}]')}: {style.bold(terminal(head))}"
    yield from (f"  {terminal(line)}" for line in more)
    yield f"  {style.dim('-->')} {terminal(str(fault.place))}"
    yield from _snippet(fault, files, style)
    for other in fault.related:
        if other.file != fault.place.file:
            yield f"   {style.dim('=')} see {terminal(str(other))}"
    if fault.help:
        yield f"   {style.dim('=')} help: {terminal_lines(fault.help, ' ' * 11)}"


def _snippet(fault: Diagnostic, files: Sources, style: Style) -> Iterator[str]:
    """The line of the fault with a caret, after or before the lines of the file it relates to."""
    place = fault.place
    line = files.line(place)
    if line is None:
        return
    near = {each for each in fault.related if each.file == place.file and each.line != place.line}
    numbers = sorted({each.line for each in near} | {place.line})
    width = max(2, len(str(numbers[-1])))
    gutter = style.dim(f"{' ' * width} |")
    yield gutter
    for number in numbers:
        text = files.line(replace(place, line=number))
        if text is None:
            continue
        column = place.column if number == place.line else 1
        shown, caret = _pointed(text, column)
        yield f"{style.dim(f'{number:>{width}} |')} {shown}"
        if number == place.line:
            is_second = bool(near) and fault.code in _TWICE
            note = f" {terminal(fault.path)} is the second" if is_second and fault.path else ""
            yield f"{gutter} {style.red(caret)}{note}"


def _pointed(line: str, column: int) -> tuple[str, str]:
    """What is shown of a line, and the caret under the token that stands at `column`."""
    start = min(column - 1, len(line))
    found = TOKEN.match(line, start)
    token = found.group()[:_LONGEST_TOKEN] if found else ""
    # A line that is too long is cut at its end, and at its beginning where the token needs it.
    first = max(0, start + len(token) - _LONGEST_LINE)
    last = first + _LONGEST_LINE
    before = ("…" if first else "") + terminal(line[first:start])
    shown = before + terminal(line[start:last]) + ("…" if last < len(line) else "")
    # Once more, for what the two parts make together.
    return terminal(shown), " " * columns(before) + "^" * max(1, columns(terminal(token)))
