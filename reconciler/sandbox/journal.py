"""ASGI middleware: every call -> one entry, so that a test can ask what was really sent.

Of a body only the keys are kept, and of the headers only the user agent: no secret stays here.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.sandbox.store import Row

# The sandbox's own paths: neither recorded, nor struck by faults, nor behind the key.
CONTROL: Final = "/_sandbox/"
_MOST: Final = 100_000


@dataclass(slots=True)
class Entry:
    """One call; `status` is None until it is answered, and for good if it was dropped."""

    method: str
    path: str
    query: str
    user_agent: str
    status: int | None = None
    body_keys: list[str] | None = None


@dataclass(frozen=True, slots=True)
class Write:
    """One write that landed, whether or not its answer was heard."""

    method: str
    id: str
    name: str


class Journal:
    """The calls in the order in which they came, and the writes that landed.

    The oldest go once there are very many.
    """

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=_MOST)
        self._writes: deque[Write] = deque(maxlen=_MOST)

    def add(self, entry: Entry) -> None:
        """Record a call."""
        self._entries.append(entry)

    def commit(self, method: str, row: Row) -> None:
        """Record a write that landed."""
        self._writes.append(Write(method, row.id, str(row.body.get("name", ""))))

    def clear(self) -> None:
        """Forget all calls and writes."""
        self._entries.clear()
        self._writes.clear()

    def writes_as_json(self) -> list[dict[str, Any]]:
        """The writes as `GET /_sandbox/writes` answers them."""
        return [asdict(each) for each in self._writes]

    def as_json(self) -> list[dict[str, Any]]:
        """The calls as `GET /_sandbox/requests` answers them."""
        return [
            {
                "method": entry["method"],
                "path": entry["path"],
                "query": entry["query"],
                "userAgent": entry["user_agent"],
                "status": entry["status"],
                "bodyKeys": entry["body_keys"],
            }
            for entry in map(asdict, self._entries)
        ]


class Recorder:
    """Writes every call, and what became of it, into a journal."""

    def __init__(self, app: ASGIApp, journal: Journal) -> None:
        self._app = app
        self._journal = journal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on, and listen."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self._app(scope, receive, send)
            return
        agent = Headers(scope=scope).get("user-agent", "")
        query = scope["query_string"].decode("latin-1")
        entry = Entry(scope["method"], scope["path"], query, agent)
        self._journal.add(entry)
        body = bytearray()

        async def hear() -> Message:
            message = await receive()
            body.extend(message.get("body", b""))
            if message["type"] == "http.request" and not message.get("more_body"):
                entry.body_keys = _keys(bytes(body))
            return message

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
            await send(message)

        await self._app(scope, hear, tell)


def _keys(body: bytes) -> list[str] | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return sorted(value) if isinstance(value, dict) else None
