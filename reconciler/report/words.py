"""Numbers, values and counts -> the words that people read. Pure."""

from __future__ import annotations

import re
from json import dumps
from typing import Final

from reconciler.model import Json
from reconciler.report.escape import terminal

_LONGEST: Final = 120
_AMERICAN: Final = re.compile(r"\+1(\d{3})(\d{3})(\d{4})")


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 manifest`, `2 manifests`."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def value(shown: Json, name: str = "") -> str:
    """A value as a plan shows it: by its name where it has one, sensitive ones as such."""
    if name:
        return terminal(name)
    if shown == "(sensitive)":
        return "(sensitive)"
    text = terminal(dumps(shown, ensure_ascii=False))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def telephone(number: str) -> str:
    """`+14155550100` as `+1 415 555 0100`; any other text as it is."""
    return terminal(_AMERICAN.sub(r"+1 \1 \2 \3", number))
