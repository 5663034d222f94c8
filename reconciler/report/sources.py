"""Lines of source and diagnostics -> the lines as they may be shown: without secrets. Pure.

What a rule found to be a secret is hidden, and so is the value of every key whose name sounds like
one, whatever its lines: a fault beside a secret, or in it, must not print it to a log.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.model import Diagnostic, Place, find_credentials

if TYPE_CHECKING:
    from reconciler.documents import Span

HIDDEN: Final = "(not shown)"
TOKEN: Final = re.compile(r"\"[^\"]*\"?|'[^']*'?|[^\s:,\[\]{}]+")

# Rules about values that stand in a file and should not.
_SECRET_CODES: Final = frozenset({"R215", "R216"})
# Rules about paths that were not read, and of which nothing is shown.
_UNREAD_CODES: Final = frozenset({"R010", "R011", "R012"})
_NAMES: Final = (
    r"auth(?!entication)|token|secret(?!s\b)|pass?w|pwd|passphrase|bearer|cookie|signature"
    r"|credential(?!Id)|api[-_]?key|[-_]key"
)
_SECRET_NAME: Final = re.compile(_NAMES, re.IGNORECASE)
_REFERENCE: Final = r"\{\s*(?:env|file)\s*:\s*[^\s,:{}\[\]]+\s*\}\s*(?:[,}\]#]|$)"
# The rest of such a key, where a value follows that is not a reference and no more.
_SECRET_KEY: Final = re.compile(
    rf"(?:{_NAMES})[\w.-]{{0,60}}[\"']?(?=\s*:\s*(?!{_REFERENCE})[^\s#])", re.IGNORECASE
)
# Such a key, whatever follows.
_ANY_SECRET_KEY: Final = re.compile(rf"(?:{_NAMES})[\w.-]{{0,60}}[\"']?\s*:", re.IGNORECASE)
_NO_VALUE: Final = re.compile(r"\s*:?\s*(?:#.*)?")


@dataclass(frozen=True, slots=True)
class Sources:
    """The lines of the files that diagnostics are about, and where secrets were found in them.

    `secrets` are the columns where one begins, from 1; `ends` what is shown of a line, in columns.
    """

    lines: Mapping[str, Sequence[str]]
    secrets: Mapping[tuple[str, int], int]
    ends: Mapping[tuple[str, int], int]

    def line(self, place: Place) -> str | None:
        """The line of a place without secrets; None where it is not there."""
        lines = self.lines.get(place.file, ())
        if not 0 < place.line <= len(lines):
            return None
        key = (place.file, place.line)
        return _without_secrets(lines[place.line - 1], self.secrets.get(key), self.ends.get(key))


def files_to_show(diagnostics: Sequence[Diagnostic]) -> tuple[str, ...]:
    """The files that were read and that diagnostics are about, sorted."""
    read = (each for each in diagnostics if each.code not in _UNREAD_CODES)
    return tuple(sorted({place.file for each in read for place in (each.place, *each.related)}))


def sources(lines: Mapping[str, Sequence[str]], diagnostics: Sequence[Diagnostic]) -> Sources:
    """The sources of `diagnostics`; on each line the leftmost secret counts."""
    secrets: dict[tuple[str, int], int] = {}
    for each in diagnostics:
        if each.code in _SECRET_CODES:
            line = (each.place.file, each.place.line)
            secrets[line] = min(each.place.column, secrets.get(line, each.place.column))
    wanted: dict[str, set[int]] = defaultdict(set)
    for each in diagnostics:
        for place in (each.place, *each.related):
            wanted[place.file].add(place.line)
    ends = {
        (file, number): end
        for file, numbers in wanted.items()
        for number, end in _ends(lines.get(file, ()), sorted(numbers))
    }
    return Sources(lines, secrets, ends)


def _ends(lines: Sequence[str], numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Of those of the lines `numbers` that hold a part of a secret value: where the first begins.

    Behind a fault that no YAML goes on after, all is secret that follows a key that sounds so.
    """
    from reconciler.documents import Span, find_values  # noqa: PLC0415 - YAML is slow to load

    found = find_values("\n".join(lines), _is_secret, numbers[-1] - 1)
    unread = _unread(lines, found.stopped)
    first: dict[int, int] = {}
    for span in (*found.spans, Span(unread, None)) if unread else found.spans:
        last = span.end[0] + 1 if span.end else len(lines)
        in_it = slice(bisect_left(numbers, span.start[0] + 1), bisect_right(numbers, last))
        for number in numbers[in_it]:
            begin, piece = _piece(lines, number, span)
            if piece and not piece.isspace():
                first[number] = min(begin, first.get(number, begin))
    yield from first.items()


def _unread(lines: Sequence[str], stopped: int | None) -> tuple[int, int] | None:
    """Where the first such key ends from the line on where reading stopped, if it did."""
    for number in range(len(lines) if stopped is None else stopped, len(lines)):
        if key := _ANY_SECRET_KEY.search(lines[number]):
            return number, key.end()
    return None


def _piece(lines: Sequence[str], number: int, span: Span) -> tuple[int, str]:
    """What of a line is in a span, and where it begins; a key without a value there has none."""
    line, index = lines[number - 1] if number <= len(lines) else "", number - 1
    begin = span.start[1] if index == span.start[0] else 0
    end = span.end[1] if span.end and index == span.end[0] else len(line)
    piece = line[begin:end]
    return begin, "" if index == span.start[0] and _NO_VALUE.fullmatch(piece) else piece


def _is_secret(key: str) -> bool:
    return bool(_SECRET_NAME.search(key))


def _without_secrets(line: str, column: int | None, end: int | None) -> str:
    """The line up to the end of the first key of a secret, or to a URL that holds credentials.

    `column` is where a known one begins, and `end` where what may be shown ends.
    """
    ends = [found.end()] if (found := _SECRET_KEY.search(line)) else []
    if end is not None:
        ends.append(end)
    if (url := find_credentials(line)) is not None:
        ends.append(len(line[:url].rstrip("\"'")))
    if column is not None:
        known = TOKEN.match(line, column - 1)
        ends.append(known.end() if known else column - 1)
    return _cut(line, min(ends)) if ends else line


def _cut(line: str, end: int) -> str:
    """The line up to `end`; the rest is said to be hidden."""
    kept = line[:end]
    if not kept.strip():
        return f"{line[: len(line) - len(line.lstrip())]}{HIDDEN}"
    return f"{kept.rstrip().removesuffix(':')}: {HIDDEN}"
