"""Foreign text -> text that cannot break out of the medium it is shown in. Pure.

Names and messages come from the account and the API: whoever may edit a number on the dashboard
could otherwise paint a terminal, forge a line of a plan, or turn the direction of reading.
"""

from __future__ import annotations

import unicodedata
from typing import Final

# Control, format (bidi marks and the like), surrogate and line-breaking characters.
_UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def terminal(text: str) -> str:
    """Text for one line of a terminal: what is unsafe is shown by its code point."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(each) if _is_unsafe(each) else each for each in text)


def terminal_lines(text: str) -> str:
    """The same for a text of several lines of our own making."""
    return "\n".join(terminal(line) for line in text.split("\n"))


def _is_unsafe(character: str) -> bool:
    return unicodedata.category(character) in _UNSAFE


def _visible(character: str) -> str:
    match character:
        case "\n":
            return "\\n"
        case "\t":
            return "\\t"
        case _:
            code = ord(character)
            return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004 - a byte
