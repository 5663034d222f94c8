"""An answer -> its value, or an error that says what it proves.

| answer                                       | proves             | error        |
| -------------------------------------------- | ------------------ | ------------ |
| 2xx with readable JSON                       | done               |              |
| 2xx cut short or unreadable                  | nothing            | Uncertain    |
| 3xx                                          | nothing happened   | Refused      |
| 401, 403                                     | nothing happened   | Unauthorized |
| 408, of the API or a proxy before it         | nothing            | Uncertain    |
| 429                                          | nothing happened   | Throttled    |
| other 4xx                                    | nothing happened   | Refused      |
| 5xx, from the API or the edge before it      | nothing            | Uncertain    |
| connection refused, no route (transport)     | nothing happened   | Refused      |
| no answer in time, connection lost (transport) | nothing          | Uncertain    |

Whatever says so, in `Retry-After`, is not asked again any sooner.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from json import loads
from math import isfinite
from typing import Any, Final, Never

from reconciler.api.transport import Answer
from reconciler.errors import ApiError, Refused, Throttled, Unauthorized, Uncertain
from reconciler.model import Secret

_MAX_SHOWN: Final = 500
# A proxy may say so of a request that the API has had.
_REQUEST_TIMEOUT: Final = 408


def read_answer(answer: Answer, hidden: Sequence[str] = ()) -> Any:
    """The JSON value of a successful answer. Raises the ApiError that the table names.

    `hidden` are the secrets of the request: no error repeats one that the answer echoes.
    """
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP's own classes
        raise _error(answer, hidden)
    try:
        return loads(answer.body, parse_constant=_no_json, parse_float=_finite)
    except (ValueError, RecursionError):
        message = f"the API answered {answer.status} with a body that is not whole JSON"
        raise Uncertain(message, status=answer.status) from None


def _no_json(word: str) -> Never:
    """NaN and Infinity, which Python would read. Raises ValueError."""
    raise ValueError(word)


def _finite(digits: str) -> float:
    """A number that can be written again. Raises ValueError for one that is larger than any."""
    return value if isfinite(value := float(digits)) else _no_json(digits)


def _error(answer: Answer, hidden: Sequence[str]) -> ApiError:
    later = _retry_after(answer)
    message = f"the API answered {answer.status}: {clean(_words(answer), hidden)}"
    match answer.status:
        case 401:
            return Unauthorized(message, status=401, help=_KEY_HELP)
        case 403:
            return Unauthorized(message, status=403, help=_EDGE_HELP)
        case 429:
            return Throttled(message, status=429, retry_after=later)
        case status if 300 <= status < 400:  # noqa: PLR2004 - HTTP's own classes
            location = clean(answer.headers.get("location", "nowhere"), hidden)
            where = f"the API sent us to {location}"
            return Refused(where, status=status, help="correct the target's baseUrl")
        case status if status < 500 and status != _REQUEST_TIMEOUT:  # noqa: PLR2004 - the same
            return Refused(message, status=status)
        case status:
            return Uncertain(message, status=status, retry_after=later)


_KEY_HELP: Final = (
    "use the private key of this organisation, and the base URL of its region: "
    "https://api.vapi.ai or https://api.eu.vapi.ai"
)
_EDGE_HELP: Final = "the network edge before the API refused us: a proxy, VPN or firewall may help"


def _words(answer: Answer) -> str:
    """What an error body says: the API's message, one or many, or the edge's own text."""
    try:
        value = loads(answer.body)
    except (ValueError, RecursionError):
        return _page(answer.body)
    message = value.get("message") if isinstance(value, dict) else value
    if isinstance(message, list):
        return "; ".join(str(each) for each in message)
    return str(message if message is not None else value)


def _page(body: bytes) -> str:
    text = body[:10_000].decode("utf-8", "replace").strip()
    if text[:1] == "<":
        title = text.partition("<title>")[2].partition("</title>")[0].strip()
        return f"an HTML page{f', {title}' if title else ''}"
    return text or "no words"


def clean(text: str, hidden: Sequence[str] = ()) -> str:
    """Foreign text on one line, without control characters, cut to a length people read.

    What is `hidden` goes first, the longest first: a cut must not leave half of it.
    """
    for each in sorted(filter(None, hidden), key=len, reverse=True):
        text = text.replace(each, Secret.SHOWN)
    shown = "".join(each if each.isprintable() else " " for each in text[: _MAX_SHOWN + 1])
    return shown if len(shown) <= _MAX_SHOWN else shown[:_MAX_SHOWN] + "…"


def _retry_after(answer: Answer) -> float | None:
    """Seconds to wait, from a Retry-After in seconds or as a date (RFC 9110)."""
    said = answer.headers.get("retry-after", "").strip()
    if not said:
        return None
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(said)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())
