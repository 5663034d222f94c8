"""Numbers, values and counts -> the words that people read. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from json import dumps
from typing import Final

from reconciler.model import Json, Secret
from reconciler.report.escape import terminal, terminal_lines

_ONE_LINE: Final = 88
_AMERICAN: Final = re.compile(r"\+1(\d{3})(\d{3})(\d{4})")


def count(number: int, noun: str) -> str:
    """`1 manifest`, `2 manifests`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def are(number: int) -> str:
    """`is` of one, `are` of any other number."""
    return "is" if number == 1 else "are"


def value(shown: Json, name: str = "") -> str:
    """A value as a plan shows it: by its name where it has one, a large one on several lines."""
    if name:
        return terminal(name)
    if shown == Secret.SHOWN:
        return Secret.SHOWN
    return terminal_lines(_laid_out(shown, ""))


def _laid_out(shown: Json, indent: str) -> str:
    """JSON with a line for each entry of what does not fit on one."""
    text = dumps(shown, ensure_ascii=False)
    if len(indent) + len(text) <= _ONE_LINE or not isinstance(shown, Mapping | list | tuple):
        return text
    inner = f"{indent}  "
    if isinstance(shown, Mapping):
        entries = [f"{dumps(key)}: {_laid_out(each, inner)}" for key, each in shown.items()]
    else:
        entries = [_laid_out(each, inner) for each in shown]
    lines = f",\n{inner}".join(entries)
    return f"{text[0]}\n{inner}{lines}\n{indent}{text[-1]}"


def telephone(number: str) -> str:
    """`+14155550100` as `+1 415 555 0100`; any other text as it is."""
    return terminal(_AMERICAN.sub(r"+1 \1 \2 \3", number))


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: wide characters take two, combining none."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    return len(text) + wide - sum(unicodedata.combining(each) > 0 for each in text)
