"""A text, or the name of a value -> whether it holds a credential. Pure.

Whatever checks, writes, keeps or shows a value asks here, so that all of them agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import unquote, unquote_plus

_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
# What is named by such a word, or ends with one, is a credential: X-Api-Key, X-AuthToken.
_CREDENTIAL: Final = (
    "auth",
    "authorization",
    "bearer",
    "cookie",
    "credential",
    "credentials",
    "key",
    "passcode",
    "passphrase",
    "password",
    "passwd",
    "secret",
    "signature",
    "token",
)
# Short ones say so as the last word only: many longer words end with them.
_SHORT: Final = frozenset({"jwt", "pass", "pw", "pwd", "sig"})
_NO_KEYS: Final = frozenset({"donkey", "hockey", "jockey", "monkey", "turkey", "whiskey"})

_USER_INFO: Final = re.compile(
    r"""
    (?<![^\s:"'])//[^/?#\s]*@
    # a whole text with spaces in it
    | \A\s*(?:[a-z][a-z0-9+.\-]{0,30}:)?//[^/?#]*@
    # with one slash, or turned ones, as browsers take it
    | \b(?:https?|wss?):[/\\]*[^/\\?#\s]{0,500}@
    # a password with a slash of its own: no port has letters
    | (?<![^\s:"'])//[^/?#\s:@\[\]]*:(?!\d*(?:[/?#\s"']|\Z))[^\s@]{0,300}@
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PARAMETER: Final = re.compile(r"[?&;#]([^?&;#=]{1,200})=(?=[\"']?[^&;#\"'])")
_UNBROKEN: Final = re.compile(r"\S+")
# Such an address is an identity, or means something else by its parameters.
_NO_URL: Final = re.compile(r"[\"'<(]?(?:sips?|tel|mailto):", re.IGNORECASE)
_BEFORE_URL: Final = " \t\r\n\"'"


def holds_credentials(text: str) -> bool:
    """Whether a text is, or holds, a URL with a user or a parameter that sounds like a secret."""
    return find_credentials(text) is not None


def find_credentials(text: str) -> int | None:
    """Where the first such URL of a text begins; None where there is none."""
    # Written out: most texts of a plan come here, and end here.
    if "@" not in text and "=" not in text and "%" not in text:
        return None
    found = min(_starts(text), default=None)
    if found is None and "%" in text:
        # A URL may stand within another; which part of the text it is then is not told.
        found = 0 if any(True for _ in _starts(unquote(text))) else None
    return found


def _starts(text: str) -> Iterator[int]:
    if user := _USER_INFO.search(text):
        yield _start(text, user.start())
    for word in _UNBROKEN.finditer(text):
        names = () if _NO_URL.match(word[0]) else _PARAMETER.finditer(word[0])
        for each in names:
            if names_credential(unquote_plus(each[1])):
                yield _start(text, word.start() + each.start())
                return


def _start(text: str, position: int) -> int:
    """Where the word at a position begins: behind a space or a quotation mark."""
    return 1 + max(text.rfind(each, 0, position) for each in _BEFORE_URL)


@lru_cache(maxsize=1000)  # headers recur from manifest to manifest
def names_credential(name: str) -> bool:
    """Whether the name of a header or a parameter says that its value is a credential."""
    words = [word.lower() for word in words_in(name)]
    last = words[-1] if words else ""
    if last in _SHORT or any(word in _CREDENTIAL for word in words):
        return True
    return last not in _NO_KEYS and name.lower().endswith(_CREDENTIAL)


def words_in(name: str) -> list[str]:
    """The words that a name is made of, as it writes them: `x-api-key` and `twilioAuthToken`."""
    return _WORD.findall(name)
