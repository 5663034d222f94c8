"""ASGI middleware: who may pass. First the network edge, then the key."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.sandbox.journal import CONTROL
from reconciler.sandbox.refusal import Refusal

# User agents that the network in front of the API takes for a robot.
_LIBRARIES: Final = ("python-httpx/", "python-requests/", "python-urllib/")
_PUBLIC_KEYS: Final = ("pk_", "public")
_NO_HEADER: Final = "Missing Authorization Header."
_INVALID_KEY: Final = (
    "Invalid Key. Hot tip, you may be using the private key instead of the public key, "
    "or vice versa."
)


class Edge:
    """Refuses default user agents with 403 in plain text, and bad keys with 401."""

    def __init__(self, app: ASGIApp, keys: AbstractSet[str]) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on, or refuse it."""
        refused = None
        if scope["type"] == "http" and not scope["path"].startswith(CONTROL):
            refused = self._refusal(Headers(scope=scope))
        await (refused or self._app)(scope, receive, send)

    def _refusal(self, headers: Headers) -> Response | None:
        if headers.get("user-agent", "").lower().startswith(_LIBRARIES):
            return PlainTextResponse("error code: 1010", 403)
        said = headers.get("authorization")
        if said is None:
            return _unauthorized(_NO_HEADER)
        scheme, _, key = said.partition(" ")
        return (
            None if scheme.lower() == "bearer" and self._opens(key) else _unauthorized(_INVALID_KEY)
        )

    def _opens(self, key: str) -> bool:
        if self._keys:
            return key in self._keys
        return bool(key) and not key.startswith(_PUBLIC_KEYS)


def _unauthorized(message: str) -> Response:
    return JSONResponse(Refusal(HTTPStatus.UNAUTHORIZED, message).body, HTTPStatus.UNAUTHORIZED)
