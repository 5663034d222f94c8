"""Foreign text -> text that cannot break out of the medium it is shown in. Pure.

Names and messages come from the account and the API: whoever may edit a number on the dashboard
could otherwise paint a terminal, forge a line of a plan, or turn the direction of reading. In the
log of a CI job a line could be a command: GitHub reads `::name` after any blanks at its start, and
`##[name]` wherever it stands; others read `##name[` in the same manner.
"""

from __future__ import annotations

import re
import unicodedata
from json import dumps
from typing import Final

from reconciler.model import Json

_ASCII: Final = 0x7F
# Signs that are syntax nowhere within a line of Markdown or HTML.
_HARMLESS: Final = frozenset(" /-,+=%")
# Control, format (bidi marks and the like), surrogate and line-breaking characters.
_UNSAFE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# The sign of a workflow command that must not be read as one.
_COLON: Final = re.compile(r"^(\s*):(?=:)")
_SHARP: Final = re.compile(r"#(?=#\w{0,40}\[)")


def terminal(text: str) -> str:
    """Text for one line of a terminal or a log: what is unsafe is shown by its code point."""
    if not text.isprintable():
        text = "".join(_visible(each) if _is_unsafe(each) else each for each in text)
    if "::" in text or "##" in text:
        text = _SHARP.sub(r"\\x23", _COLON.sub(r"\1\\x3a", text))
    return text


def terminal_lines(text: str, indent: str = "") -> str:
    """The same for several lines of our own making; `indent` stands before each but the first."""
    return f"\n{indent}".join(terminal(line) for line in text.split("\n"))


def workflow_data(text: str) -> str:
    """Text for the message of a GitHub workflow command: no line of it can begin another."""
    return terminal_lines(text).replace("%", "%25").replace("\n", "%0A")


def workflow_property(text: str) -> str:
    """Text for a property of a GitHub workflow command."""
    return workflow_data(text).replace(":", "%3A").replace(",", "%2C")


def markup(text: str) -> str:
    """Text for HTML, and for Markdown that lets HTML through: no character of it is syntax.

    Signs become entities, which neither a Markdown parser nor a browser reads as its own.
    """
    return "".join(
        each if each.isalnum() or each in _HARMLESS or ord(each) > _ASCII else f"&#{ord(each)};"
        for each in terminal(text)
    )


def code(text: str) -> str:
    """Foreign text in Markdown: code, so that it mentions nobody and refers to nothing."""
    return f"<code>{markup(text)}</code>" if text else ""


def json_text(document: Json) -> str:
    """A document as JSON that is safe to print: what is unsafe is escaped, and nothing is lost."""
    lines = dumps(document, indent=2, ensure_ascii=False).split("\n")
    return "".join(f"{_escaped(line)}\n" for line in lines)


def json_line(document: Json) -> str:
    """The same on one line, for output that a program reads line by line."""
    return f"{_escaped(dumps(document, ensure_ascii=False))}\n"


def _escaped(line: str) -> str:
    if not line.isprintable():
        line = "".join(dumps(each)[1:-1] if _is_unsafe(each) else each for each in line)
    return _SHARP.sub(r"\\u0023", line) if "##" in line else line


def _is_unsafe(character: str) -> bool:
    return unicodedata.category(character) in _UNSAFE


def _visible(character: str) -> str:
    match ord(character):
        case 0x09:
            return "\\t"
        case 0x0A:
            return "\\n"
        case code if code <= 0xFF:  # noqa: PLR2004 - what \x can say
            return f"\\x{code:02x}"
        case code if code <= 0xFFFF:  # noqa: PLR2004 - what \u can say
            return f"\\u{code:04x}"
        case code:
            return f"\\U{code:08x}"
