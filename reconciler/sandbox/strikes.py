"""One call, and the ways in which it can go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.sandbox.refusal import Refusal
from reconciler.sandbox.settings import FaultName

_HTML: Final = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)
# Milliseconds for which nobody gets in where `refuse` does not say.
_REFUSED_FOR: Final = 100.0


class Call:
    """One call and the ways in which it can end."""

    def __init__(
        self,
        app: ASGIApp,
        scope: Scope,
        receive: Receive,
        send: Send,
        *,
        argument: float | None,
        edit: Callable[[], None],
    ) -> None:
        self._app = app
        self._scope = scope
        self._receive = receive
        self._send = send
        self.argument = argument
        self.edit = edit

    async def run(self) -> None:
        """Let the API answer."""
        await self._app(self._scope, self._receive, self._send)

    async def run_unheard(self) -> tuple[Message, bytes]:
        """Let the API do its work; the head and the body of its answer go nowhere."""
        heads: list[Message] = []
        body = bytearray()

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                heads.append(message)
            else:
                body.extend(message.get("body", b""))

        await self._app(self._scope, self._receive, keep)
        return heads[0], bytes(body)

    async def read(self) -> None:
        """Take the whole request in, and do nothing with it."""
        while (await self._receive()).get("more_body"):
            pass

    async def answer(self, response: Response) -> None:
        """Answer this instead."""
        await response(self._scope, self._receive, self._send)

    async def end(self, head: Message, body: bytes) -> None:
        """Send an answer that was held back."""
        await self._send(head)
        await self._send({"type": "http.response.body", "body": body})

    async def begin(self, head: Message, body: bytes) -> None:
        """Send the head of an answer and the beginning of its body."""
        await self._send(head)
        await self._send({"type": "http.response.body", "body": body, "more_body": True})

    def refuse_all(self, seconds: float) -> None:
        """Take no new connection for so long; `server` hands in the way to do it."""
        self._scope["state"]["refuse"](seconds)

    async def hang_up(self) -> None:
        """Close the connection; `server` hands in the way to do it."""
        self._scope["state"]["hang_up"]()
        while (await self._receive())["type"] != "http.disconnect":
            pass


async def _refuse(call: Call) -> None:
    """Drop the call unread; whoever connects for a while finds nobody."""
    call.refuse_all((_REFUSED_FOR if call.argument is None else call.argument) / 1000)
    await call.hang_up()


async def _edit(call: Call) -> None:
    """Somebody changes a number on the dashboard, just before this call."""
    call.edit()
    await call.run()


async def _bad_request(call: Call) -> None:
    await call.read()
    refusal = Refusal(HTTPStatus.BAD_REQUEST, "This request was refused by a fault.")
    await call.answer(JSONResponse(refusal.body, refusal.status))


async def _delay(call: Call) -> None:
    await asyncio.sleep((call.argument or 0) / 1000)
    await call.run()


async def _delay_after(call: Call) -> None:
    head, body = await call.run_unheard()
    await asyncio.sleep((call.argument or 0) / 1000)
    await call.end(head, body)


async def _error_before(call: Call) -> None:
    await call.read()
    await call.answer(_internal_error())


async def _error_after(call: Call) -> None:
    await call.run_unheard()
    await call.answer(_internal_error())


async def _throttled(call: Call) -> None:
    await call.read()
    wait = {} if call.argument is None else {"Retry-After": f"{call.argument:g}"}
    body: dict[str, Any] = {"message": "Too Many Requests", "statusCode": 429}
    await call.answer(JSONResponse(body, 429, headers=wait))


async def _drop_before(call: Call) -> None:
    await call.read()
    await call.hang_up()


async def _drop_after(call: Call) -> None:
    await call.run_unheard()
    await call.hang_up()


async def _bad_gateway(call: Call) -> None:
    await call.read()
    await call.answer(HTMLResponse(_HTML, 502))


async def _cut_body(call: Call) -> None:
    head, body = await call.run_unheard()
    await call.begin(head, body[: len(body) // 2])
    await call.hang_up()


def _internal_error() -> Response:
    return JSONResponse({"message": "Internal server error", "statusCode": 500}, 500)


STRIKES: Final[dict[FaultName, Callable[[Call], Awaitable[None]]]] = {
    FaultName.REFUSE: _refuse,
    FaultName.DELAY: _delay,
    FaultName.DELAY_AFTER: _delay_after,
    FaultName.BAD_REQUEST: _bad_request,
    FaultName.ERROR_BEFORE: _error_before,
    FaultName.ERROR_AFTER: _error_after,
    FaultName.THROTTLED: _throttled,
    FaultName.DROP_BEFORE: _drop_before,
    FaultName.DROP_AFTER: _drop_after,
    FaultName.BAD_GATEWAY: _bad_gateway,
    FaultName.CUT_BODY: _cut_body,
    FaultName.EDIT: _edit,
}
