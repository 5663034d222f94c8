"""ASGI middleware: some calls go wrong, as told by a header of the call or by the settings."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Any, Final

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from reconciler.errors import InputError
from reconciler.sandbox.journal import CONTROL
from reconciler.sandbox.settings import Fault, FaultName, FaultRule

HEADER: Final = "x-sandbox-fault"
_RULE: Final = re.compile(
    r"(?:(?P<method>[A-Z]+):)?(?P<name>[a-z0-9-]+)(?:=(?P<argument>\d+(?:\.\d+)?))?"
    r"(?:@(?:(?P<nth>[1-9]\d*)|(?P<percent>\d+(?:\.\d+)?)%))?"
)
_HELP: Final = (
    "a fault is [METHOD:]NAME[=ARGUMENT][@WHEN], such as POST:drop-after@1, 429=2@10% or "
    "delay=300; WHEN is the how many-th call or a percentage; names: " + ", ".join(FaultName)
)
_HTML: Final = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n"
)


def parse_rule(text: str) -> FaultRule:
    """Read `[METHOD:]NAME[=ARGUMENT][@WHEN]`.

    WHEN is a count (only that call of those that the rule is about) or a percentage of them.
    Raises InputError.
    """
    found = _RULE.fullmatch(text)
    if not found or found["name"] not in list(FaultName):
        raise InputError(f"{text!r} is not a fault", help=_HELP)
    argument = float(found["argument"]) if found["argument"] else None
    return FaultRule(
        Fault(FaultName(found["name"]), argument),
        found["method"],
        int(found["nth"]) if found["nth"] else None,
        float(found["percent"]) / 100 if found["percent"] else 1.0,
    )


class Faults:
    """Lets a fault strike a call: the one its header names, else the first rule that fits."""

    def __init__(self, app: ASGIApp, rules: Sequence[FaultRule], seed: int) -> None:
        self._app = app
        self._rules = rules
        self._seen = [0] * len(rules)
        self._random = Random(seed)  # noqa: S311 - chance that can be repeated

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on, or let it go wrong."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self._app(scope, receive, send)
            return
        try:
            fault = self._fault(scope)
        except InputError as error:
            refusal = JSONResponse({"message": f"{error.message}: {error.help}"}, 400)
            await refusal(scope, receive, send)
            return
        if fault is None:
            await self._app(scope, receive, send)
        else:
            strike = _STRIKES[fault.name]
            await strike(_Call(self._app, scope, receive, send, fault.argument))

    def _fault(self, scope: Scope) -> Fault | None:
        named = Headers(scope=scope).get(HEADER)
        if named is not None:
            return parse_rule(named).fault
        striking = [rule for index, rule in enumerate(self._rules) if self._strikes(index, scope)]
        return striking[0].fault if striking else None

    def _strikes(self, index: int, scope: Scope) -> bool:
        """Whether a rule strikes this call; every rule counts every call that it is about."""
        rule = self._rules[index]
        if rule.method not in (None, scope["method"]):
            return False
        self._seen[index] += 1
        if rule.nth is not None:
            return self._seen[index] == rule.nth
        return self._random.random() < rule.probability


class _Call:
    """One call and the ways in which it can end."""

    def __init__(
        self, app: ASGIApp, scope: Scope, receive: Receive, send: Send, argument: float | None
    ) -> None:
        self._app = app
        self._scope = scope
        self._receive = receive
        self._send = send
        self.argument = argument

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

    async def begin(self, head: Message, body: bytes) -> None:
        """Send the head of an answer and the beginning of its body."""
        await self._send(head)
        await self._send({"type": "http.response.body", "body": body, "more_body": True})

    async def hang_up(self) -> None:
        """Close the connection; `server` hands in the way to do it."""
        self._scope["state"]["hang_up"]()
        while (await self._receive())["type"] != "http.disconnect":
            pass


async def _delay(call: _Call) -> None:
    await asyncio.sleep((call.argument or 0) / 1000)
    await call.run()


async def _error_before(call: _Call) -> None:
    await call.read()
    await call.answer(_internal_error())


async def _error_after(call: _Call) -> None:
    await call.run_unheard()
    await call.answer(_internal_error())


async def _throttled(call: _Call) -> None:
    await call.read()
    wait = {} if call.argument is None else {"Retry-After": f"{call.argument:g}"}
    body: dict[str, Any] = {"message": "Too Many Requests", "statusCode": 429}
    await call.answer(JSONResponse(body, 429, headers=wait))


async def _drop_before(call: _Call) -> None:
    await call.read()
    await call.hang_up()


async def _drop_after(call: _Call) -> None:
    await call.run_unheard()
    await call.hang_up()


async def _bad_gateway(call: _Call) -> None:
    await call.read()
    await call.answer(HTMLResponse(_HTML, 502))


async def _cut_body(call: _Call) -> None:
    head, body = await call.run_unheard()
    await call.begin(head, body[: len(body) // 2])
    await call.hang_up()


def _internal_error() -> Response:
    return JSONResponse({"message": "Internal server error", "statusCode": 500}, 500)


_STRIKES: Final[dict[FaultName, Callable[[_Call], Awaitable[None]]]] = {
    FaultName.DELAY: _delay,
    FaultName.ERROR_BEFORE: _error_before,
    FaultName.ERROR_AFTER: _error_after,
    FaultName.THROTTLED: _throttled,
    FaultName.DROP_BEFORE: _drop_before,
    FaultName.DROP_AFTER: _drop_after,
    FaultName.BAD_GATEWAY: _bad_gateway,
    FaultName.CUT_BODY: _cut_body,
}
