"""Numbers and SIP URIs as people write them -> one spelling to compare them by."""

from __future__ import annotations

import re
from typing import Final

_PUNCTUATION: Final = re.compile(r"[\s().\-]")


def digits_of(number: str) -> str:
    """A telephone number without the punctuation that people put into it."""
    return _PUNCTUATION.sub("", number)


def plain_sip_uri(uri: str) -> str:
    """A SIP URI without space around it, and in lower case."""
    return uri.strip().lower()
