"""Lines of source and diagnostics -> the lines as they may be shown: without secrets. Pure.

What a rule found to be a secret is hidden, and so is the value of every key whose name sounds like
one: a fault beside a secret, or in it, must not print it to a log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.model import Diagnostic, Place

HIDDEN: Final = "(not shown)"
TOKEN: Final = re.compile(r"\"[^\"]*\"?|'[^']*'?|[^\s:,\[\]{}]+")

# Rules about values that stand in a file and should not.
_SECRET_CODES: Final = frozenset({"R215", "R216"})
# Rules about paths that were not read, and of which nothing is shown.
_UNREAD_CODES: Final = frozenset({"R010", "R011", "R012"})
_NAMES: Final = (
    r"auth(?!entication)|token|secret(?!s\b)|passw|passphrase|bearer|cookie|signature"
    r"|credential(?!Id)|api[-_]?key|[-_]key"
)
# The rest of such a key, where a value follows that is not a reference.
_SECRET_KEY: Final = re.compile(
    rf"(?:{_NAMES})[\w.-]{{0,60}}[\"']?(?=\s*:\s*(?!\{{\s*(?:env|files?)\s*:)[^\s#])", re.IGNORECASE
)
_USER: Final = re.compile(r"(?<=//)[^/@\s\"']{1,200}(?=@)")


@dataclass(frozen=True, slots=True)
class Sources:
    """The lines of the files that diagnostics are about, and where secrets were found in them."""

    lines: Mapping[str, Sequence[str]]
    secrets: Mapping[tuple[str, int], int]

    def line(self, place: Place) -> str | None:
        """The line of a place without secrets; None where it is not there."""
        lines = self.lines.get(place.file, ())
        if not 0 < place.line <= len(lines):
            return None
        return _without_secrets(lines[place.line - 1], self.secrets.get((place.file, place.line)))


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
    return Sources(lines, secrets)


def _without_secrets(line: str, column: int | None) -> str:
    """The line up to the end of the first key of a secret; `column` is where a known one begins."""
    ends = [found.end()] if (found := _SECRET_KEY.search(line)) else []
    if column is not None:
        known = TOKEN.match(line, column - 1)
        ends.append(known.end() if known else column - 1)
    shown = f"{line[: min(ends)]}: {HIDDEN}" if ends else line
    return _USER.sub(HIDDEN, shown)
