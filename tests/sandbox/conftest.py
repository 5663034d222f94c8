"""A served sandbox for each test that asks: real HTTP on loopback, one server for all of them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from reconciler.documents import read_plain
from reconciler.model import Json
from reconciler.sandbox.app import create_app
from reconciler.sandbox.clock import Clock, now
from reconciler.sandbox.seed import plant
from reconciler.sandbox.server import running
from reconciler.sandbox.settings import Settings
from reconciler.sandbox.store import Store
from reconciler.schema.packaged import OPENAPI, read_packaged

OpenSandbox = Callable[..., httpx.Client]


@pytest.fixture(scope="session")
def document() -> Json:
    return read_plain(read_packaged(OPENAPI), OPENAPI)


class Street:
    """Many sandboxes behind one port, told apart by the first part of the path."""

    def __init__(self) -> None:
        self.houses: list[ASGIApp] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        number, _, path = scope["path"].removeprefix("/").partition("/")
        await self.houses[int(number)]({**scope, "path": f"/{path}"}, receive, send)


@pytest.fixture(scope="session")
def street() -> Street:
    return Street()


@pytest.fixture(scope="session")
def address(street: Street) -> Iterator[str]:
    with running(street) as url:
        yield url


@pytest.fixture
def open_sandbox(document: Json, street: Street, address: str) -> Iterator[OpenSandbox]:
    """Serve an account, settings by name; gives a client that has a key and a name of its own."""
    with ExitStack() as stack:

        def serve(seed: Json = None, clock: Clock = now, **settings: Any) -> httpx.Client:
            store = stack.enter_context(Store())
            if seed is not None:
                plant(seed, store)
            street.houses.append(create_app(document, store, Settings(**settings), clock))
            url = f"{address}/{len(street.houses) - 1}"
            headers = {"User-Agent": "sandbox-tests/1", "Authorization": "Bearer a-key"}
            return stack.enter_context(httpx.Client(base_url=url, headers=headers))

        yield serve
