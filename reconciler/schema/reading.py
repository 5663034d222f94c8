"""The bytes of a published document -> its value, and what could not be read as it stood. Pure."""

from __future__ import annotations

import re
from json import loads
from math import isfinite
from typing import Final

from reconciler.documents import read_plain
from reconciler.model import Json

_MOST_DIGITS: Final = 300
_HALF_A_LETTER: Final = re.compile("[\ud800-\udfff]")
# Every escape, so that none is taken for the end of the one before it.
_ESCAPE: Final = re.compile(
    r"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|(\\u[dD][89a-fA-F]..)|\\.", re.DOTALL
)
_MARK: Final = "\ufffd"
_NO_NUMBER: Final = "a number that JSON cannot carry is read as null"
_NO_TEXT: Final = "half a letter (a lone surrogate) is read as \ufffd"


def read_document(data: bytes, name: str) -> tuple[Json, tuple[str, ...]]:
    """YAML or JSON. The published document is 3 MB of JSON: too much for a YAML parser.

    Raises InputError for what is neither.
    """
    said: dict[str, None] = {}

    def number(text: str) -> Json:
        """Python reads `NaN` and takes a number of any length, which others do not."""
        is_whole = text.removeprefix("-").isdigit() and len(text) <= _MOST_DIGITS
        value = int(text) if is_whole else float(text)
        if isfinite(value):
            return value
        said[_NO_NUMBER] = None
        return None

    try:
        text = data.decode("utf-8-sig", "surrogatepass")
        letters = _of_whole_letters(text)
        value: Json = loads(letters, parse_int=number, parse_float=number, parse_constant=number)
    except (ValueError, RecursionError):
        # Told with its place now, or read after all: YAML's flow style looks like JSON.
        return read_plain(data, name, text_keys=True), ()
    if letters != text:
        said[_NO_TEXT] = None
    return value, tuple(said)


def _of_whole_letters(text: str) -> str:
    """The text of a JSON document with a mark wherever a letter lacks its other half."""
    if not text.isascii():
        text = _HALF_A_LETTER.sub(_MARK, text)
    if r"\ud" not in text and r"\uD" not in text:
        return text
    return _ESCAPE.sub(lambda found: _MARK if found[1] else found[0], text)
