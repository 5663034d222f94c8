"""An answer -> its value, or an error that says what it proves.

| answer                                       | proves             | error        |
| -------------------------------------------- | ------------------ | ------------ |
| 2xx with readable JSON                       | done               |              |
| 2xx cut short, unreadable or nested too deep | nothing            | Uncertain    |
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

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import escape, unescape
from json import dumps, loads
from math import isfinite
from typing import Any, Final, Never
from urllib.parse import quote, quote_plus

from reconciler.api.transport import Answer
from reconciler.errors import ApiError, Refused, Throttled, Unauthorized, Uncertain
from reconciler.files import TooDeepError, loads_within
from reconciler.model import Secret

# As deep as a manifest may be: what walks an answer has a frame or more a level.
_MAX_NESTING: Final = 100
_MAX_SHOWN: Final = 500
# A proxy may say so of a request that the API has had.
_REQUEST_TIMEOUT: Final = 408


def read_answer(answer: Answer, hidden: Sequence[str] = ()) -> Any:
    """The JSON value of a successful answer. Raises the ApiError that the table names.

    `hidden` are the secrets of the request: no error repeats one that the answer echoes.
    """
    if not 200 <= answer.status < 300:  # noqa: PLR2004 - HTTP's own classes
        raise _error(answer, hidden)
    said = f"the API answered {answer.status} with a body that is"
    try:
        return loads_within(answer.body, _MAX_NESTING, parse_constant=_no_json, parse_float=_finite)
    except TooDeepError:
        message = f"{said} nested deeper than {_MAX_NESTING} levels"
    except ValueError:
        message = f"{said} not whole JSON"
    raise Uncertain(message, status=answer.status)


def _no_json(word: str) -> Never:
    """NaN and Infinity, which Python would read. Raises ValueError."""
    raise ValueError(word)


def _finite(digits: str) -> float:
    """A number that can be written again. Raises ValueError for one that is larger than any."""
    return value if isfinite(value := float(digits)) else _no_json(digits)


def _error(answer: Answer, hidden: Sequence[str]) -> ApiError:
    later = _retry_after(answer)
    message = f"the API answered {answer.status}: {clean(_words(answer, hidden), hidden)}"
    match answer.status:
        case 401:
            return Unauthorized(message, status=401, help=_KEY_HELP)
        case 403:
            return Unauthorized(message, status=403, help=_EDGE_HELP)
        case 429:
            return Throttled(message, status=429, retry_after=later)
        case status if 300 <= status < 400:  # noqa: PLR2004 - HTTP's own classes
            location = clean(answer.location or "nowhere", hidden)
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


def _words(answer: Answer, hidden: Sequence[str]) -> str:
    """What an error body says: the API's message, one or many, or the edge's own text.

    What is `hidden` goes first: text that is made of a value escapes some of it, and a cut or a
    strip would leave a part.
    """
    texts = _spelt(hidden)
    try:
        return _said(_without(loads(answer.body), texts))
    except (ValueError, RecursionError):
        return _page(answer.body, texts)


def _said(value: Any) -> str:
    message = value.get("message") if isinstance(value, dict) else value
    if isinstance(message, list):
        return "; ".join(str(each) for each in message)
    return str(message if message is not None else value)


def _page(body: bytes, texts: Sequence[str]) -> str:
    text = body[:10_000].decode("utf-8", "replace")
    if text.lstrip()[:1] == "<":
        title = text.partition("<title>")[2].partition("</title>")[0]
        shown = _without(unescape(_without(title, texts)), texts).strip()
        return f"an HTML page{f', {shown}' if shown else ''}"
    return _without(text, texts).strip() or "no words"


def _without(value: Any, texts: Sequence[str]) -> Any:
    """The value without any of the texts, the first of them first."""
    match value:
        case str():
            for each in texts:
                value = value.replace(each, Secret.SHOWN)
            return value
        case dict():
            return {_without(key, texts): _without(item, texts) for key, item in value.items()}
        case list():
            return [_without(item, texts) for item in value]
        case _:
            return value


def _spelt(hidden: Sequence[str]) -> list[str]:
    """The texts in every way in which an answer may spell them, the longest first."""
    plain = {text for each in hidden for text in (each, each.strip())}
    spelt = {way for each in plain for way in (each, *_ways(each))}
    return sorted(filter(None, spelt), key=lambda each: (-len(each), each))


def _ways(text: str) -> Iterator[str]:
    """A text within JSON, within JSON as a text of JSON, within HTML, and within a URL."""
    for is_ascii in (True, False):
        once = dumps(text, ensure_ascii=is_ascii)[1:-1]
        twice = dumps(once, ensure_ascii=is_ascii)[1:-1]
        for each in (once, twice):
            yield from (each, each.replace("/", "\\/"), escape(each))
    yield from (repr(text)[1:-1], escape(text), escape(text, quote=False))
    yield from (quote(text, "", errors="replace"), quote_plus(text, errors="replace"))
    yield quote(text, errors="replace")


def clean(text: str, hidden: Sequence[str] = ()) -> str:
    """Foreign text on one line, without control characters, cut to a length people read.

    What is `hidden` goes first: a cut must not leave half of it.
    """
    text = _without(text, _spelt(hidden))
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
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0.0, (aware - datetime.now(UTC)).total_seconds())
    except (ValueError, OverflowError):
        return None
