"""A description, a store and settings -> the API as an ASGI application."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from reconciler.files import TooDeepError, loads_within
from reconciler.model import Json
from reconciler.sandbox.account import Account
from reconciler.sandbox.clock import Clock, now
from reconciler.sandbox.description import Description, read_description
from reconciler.sandbox.edge import Edge
from reconciler.sandbox.editor import Editor
from reconciler.sandbox.faults import Faults
from reconciler.sandbox.journal import CONTROL, Journal, Recorder
from reconciler.sandbox.listing import metadata, read_listing
from reconciler.sandbox.refusal import Refusal, bad_request, not_found
from reconciler.sandbox.seed import COLLECTIONS
from reconciler.sandbox.settings import Settings
from reconciler.sandbox.store import NUMBERS, Store

# As deep as a seed may be: what checks and answers a body has a frame or more a level.
_MAX_NESTING: Final = 100


def create_app(
    description: Json, store: Store, settings: Settings, clock: Clock = now
) -> Starlette:
    """Put the sandbox together.

    Raises InputError if `description`, an OpenAPI document, does not describe phone numbers.
    """
    read = read_description(description)
    journal = Journal()
    numbers = _Numbers(read, store, Account(read, store, clock, journal.commit))
    editor = Editor(store, Account(read, store, clock, lambda _method, _row: None), settings)
    routes = [*numbers.routes(), *_control(journal)]
    for collection in COLLECTIONS:
        if collection != NUMBERS:
            routes += _Others(read, store, collection).routes()
    return Starlette(
        routes=routes,
        middleware=[
            Middleware(Recorder, journal=journal),
            Middleware(Faults, settings=settings, edit=editor.edit),
            Middleware(Edge, keys=settings.keys),
        ],
        exception_handlers={Refusal: _refused, HTTPException: _no_route},
    )


class _Numbers:
    """Phone numbers over HTTP. Nothing here waits, so calls take turns on the event loop."""

    def __init__(self, description: Description, store: Store, account: Account) -> None:
        self._description = description
        self._store = store
        self._account = account

    def routes(self) -> list[Route]:
        item = f"/{NUMBERS}/{{id}}"
        return [
            Route(f"/{NUMBERS}", self.create, methods=["POST"]),
            Route(f"/{NUMBERS}", self.list),
            Route(f"/v2/{NUMBERS}", self.page),
            Route(item, self.get),
            Route(item, self.patch, methods=["PATCH"]),
            Route(item, self.delete, methods=["DELETE"]),
        ]

    async def create(self, request: Request) -> Response:
        body = await _body(request)
        return _answer(self._account.create(body, _settings(request)), HTTPStatus.CREATED)

    async def get(self, request: Request) -> Response:
        return _answer(self._account.get(request.path_params["id"], _settings(request)))

    async def patch(self, request: Request) -> Response:
        body = await _body(request)
        return _answer(self._account.patch(request.path_params["id"], body, _settings(request)))

    async def delete(self, request: Request) -> Response:
        return _answer(self._account.delete(request.path_params["id"], _settings(request)))

    async def list(self, request: Request) -> Response:
        query = request.query_params.multi_items()
        listing = read_listing(query, self._description.list_parameters, self._description)
        rows = self._store.select(NUMBERS, listing.selection, limit=listing.limit)
        return _answer(self._account.answers(rows, _settings(request)))

    async def page(self, request: Request) -> Response:
        if _settings(request).v2_refused:
            raise bad_request("Invalid request")
        query = request.query_params.multi_items()
        listing = read_listing(query, self._description.page_parameters, self._description)
        rows = self._store.select(
            NUMBERS,
            listing.selection,
            limit=listing.limit,
            offset=listing.offset,
            ascending=listing.ascending,
        )
        total = self._store.count(NUMBERS, listing.selection)
        results = self._account.answers(rows, _settings(request))
        return _answer({"results": results, "metadata": metadata(listing, total)})


class _Others:
    """Another kind of resource over HTTP: it can be read, and a seed brings it into being."""

    def __init__(self, description: Description, store: Store, collection: str) -> None:
        self._description = description
        self._store = store
        self._collection = collection

    def routes(self) -> list[Route]:
        return [
            Route(f"/{self._collection}", self.list),
            Route(f"/{self._collection}/{{id}}", self.get),
        ]

    async def list(self, request: Request) -> Response:
        query = request.query_params.multi_items()
        listing = read_listing(query, self._description.list_parameters, self._description)
        rows = self._store.select(self._collection, listing.selection, limit=listing.limit)
        return _answer([row.body for row in rows])

    async def get(self, request: Request) -> Response:
        row_id = request.path_params["id"]
        row = self._store.get(self._collection, row_id)
        if row is None:
            raise not_found(f"{self._collection.capitalize()} with id {row_id} does not exist.")
        return _answer(row.body)


def _control(journal: Journal) -> list[Route]:
    """What tests ask the sandbox itself."""

    async def health(_: Request) -> Response:
        return _answer({"status": "ok"})

    async def show(_: Request) -> Response:
        return _answer(journal.as_json())

    async def writes(_: Request) -> Response:
        return _answer(journal.writes_as_json())

    async def forget(_: Request) -> Response:
        journal.clear()
        return _answer([])

    return [
        Route(f"{CONTROL}health", health),
        Route(f"{CONTROL}requests", show),
        Route(f"{CONTROL}requests", forget, methods=["DELETE"]),
        Route(f"{CONTROL}writes", writes),
    ]


def _settings(request: Request) -> Settings:
    """How the sandbox behaves for this call: the middleware of faults says so."""
    settings: Settings = request.state.settings
    return settings


async def _body(request: Request) -> dict[str, Any]:
    """The object that a request carries; one that does not say JSON carries none."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    content = await request.body() if kind == "application/json" else b""
    if not content:
        return {}
    try:
        value = loads_within(content, _MAX_NESTING, parse_constant=_no_constant)
    except TooDeepError:
        raise bad_request(f"The body is nested deeper than {_MAX_NESTING} levels") from None
    except ValueError as error:
        raise bad_request(f"The body is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise bad_request("The body is not a JSON object")
    return value


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _answer(body: Any, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(json.dumps(body), status, media_type="application/json; charset=utf-8")


async def _refused(_: Request, refusal: Any) -> Response:
    return _answer(refusal.body, refusal.status)


async def _no_route(request: Request, _: Exception) -> Response:
    """An unknown path and a method that it does not take are both a 404 to the API."""
    refusal = not_found(f"Cannot {request.method} {request.url.path}")
    return _answer(refusal.body, refusal.status)
