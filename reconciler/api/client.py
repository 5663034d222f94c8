"""The account over HTTP: list, read, create, patch, delete -> Live."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from threading import Event
from threading import Lock as Mutex
from typing import Any, Self, TypeVar
from urllib.parse import quote

from reconciler.api.answers import read_answer
from reconciler.api.outage import Outages
from reconciler.api.pace import Pace
from reconciler.api.pages import Row, all_rows, read_rows
from reconciler.api.retry import RetryPolicy, Try, with_retries
from reconciler.api.transport import Transport
from reconciler.errors import ApiError, Down, Refused, Throttled, Uncertain, Unsent
from reconciler.model import Json, Live, Resource, Secret
from reconciler.planning.secrecy import secrets_in

Value = TypeVar("Value")

_NOT_FOUND = 404
# What tells numbers apart.
_IDENTITY = ("provider", "name", "number", "sipUri")


class Client:
    """One account. Threads may share it; close it, or use it as a context manager."""

    def __init__(
        self,
        base_url: str,
        api_key: Secret,
        *,
        parallel: int = 4,
        retry: RetryPolicy = RetryPolicy(),
        stop: Event | None = None,
    ) -> None:
        """Prepare; nothing is sent.

        Once `stop` is set, what is under way ends, no write is begun, and nothing is asked again.
        Nor is a write begun once others like it have failed for as long as a request is tried.
        Raises InputError for a base URL that is neither https nor loopback.
        """
        self._transport = Transport(base_url, api_key)
        self._api_key = api_key
        self._retry = retry
        self._stop = stop or Event()
        self._outages = Outages(self._retry.budget, self._retry.clock)
        self._pace = Pace(parallel)
        self._counting = Mutex()
        self.requests = 0
        self.throttled = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._transport.close()

    def list_numbers(self) -> tuple[Live, ...]:
        """All numbers of the account, newest first. Raises ApiError."""
        rows = all_rows(
            lambda query: self._call("GET", "/phone-number", query=query, read=_numbers)
        )
        return tuple(map(_live, rows))

    def list_resources(self, kind: str) -> tuple[Resource, ...]:
        """All resources of one kind: assistant, squad, workflow or credential. Raises ApiError."""
        try:
            rows = all_rows(
                lambda query: self._call("GET", f"/{kind}", query=query, read=read_rows)
            )
        except Refused as error:
            if error.status != _NOT_FOUND:
                raise
            message = f"this API lists no {kind}s, so that none can be found by its name"
            raise Refused(message, status=error.status, help="refer to it by its id") from None
        return tuple(Resource(str(row["id"]), str(row.get("name") or "")) for row in rows)

    def get_number(self, number_id: str) -> Live | None:
        """One number; None where there is none of that id. Raises ApiError."""
        try:
            return self._call("GET", _path(number_id), read=read_live)
        except Refused as error:
            if error.status == _NOT_FOUND:
                return None
            raise

    def create_number(self, body: Mapping[str, Json]) -> Live:
        """Create a number. It is sent again only where the first provably never happened.

        Raises Uncertain where it may have happened: list before asking again.
        """
        return self._call("POST", "/phone-number", body=body, read=read_live)

    def patch_number(self, number_id: str, body: Mapping[str, Json]) -> Live:
        """Patch a number; the answer is the whole object as stored. Raises ApiError."""
        return self._call("PATCH", _path(number_id), body=body, read=read_live)

    def delete_number(self, number_id: str) -> None:
        """Release a number; one that is gone already is released. Raises ApiError."""
        try:
            self._call("DELETE", _path(number_id), read=lambda _answer: None)
        except Refused as error:
            if error.status != _NOT_FOUND:
                raise

    def _call(
        self,
        method: str,
        path: str,
        *,
        read: Callable[[Any], Value],
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Json] | None = None,
    ) -> Value:
        """What `read` makes of the answer; one that it takes for unreadable is as none."""
        hidden = (self._api_key.reveal(), *(text for _, text in secrets_in(body, None)))

        subject = f"{path} {body.get('name') if body else ''}"

        def send(attempt: Try) -> Value:
            begun = self._retry.clock()
            with self._pace.slot():
                attempt.waited(self._retry.clock() - begun)
                self._raise_if_unsendable(method, again=attempt.again)
                return self._once(method, subject, lambda: ask(attempt.seconds()))

        def ask(seconds: float) -> Value:
            answer = self._transport.send(method, path, query=query, body=body, seconds=seconds)
            return read(read_answer(answer, hidden))

        return with_retries(method, send, self._retry, self._stop)

    def _raise_if_unsendable(self, method: str, *, again: bool) -> None:
        """Raises Unsent, or one of its kinds, for a request that is not to be begun now."""
        writes = method != "GET"
        if writes and self._stop.is_set():
            raise Unsent("not sent: the run was told to stop")
        if (writes or again) and self._outages.lasts(method):
            lasted = f"{self._retry.budget:g} s"
            raise Down(f"not tried: every {method} has failed for {lasted}")

    def _once(self, method: str, subject: str, ask: Callable[[], Value]) -> Value:
        """Ask, and learn from how that ends."""
        with self._counting:
            self.requests += 1
        try:
            value = ask()
        except ApiError as error:
            self._outages.note(method, subject, error)
            if isinstance(error, Throttled):
                with self._counting:
                    self.throttled += 1
                self._pace.slow_down()
            raise
        self._outages.note(method, subject, None)
        self._pace.speed_up()
        return value


def read_live(body: Any) -> Live:
    """A number as an answer shows it. Raises Uncertain for an answer that is no number."""
    _raise_if_no_number(body)
    return _live(body)


def _live(body: Mapping[str, Any]) -> Live:
    """What was found to be a number."""
    return Live(
        id=body["id"],
        provider=_text(body, "provider"),
        body=body,
        name=_text(body, "name"),
        number=_text(body, "number"),
        sip_uri=_text(body, "sipUri"),
        status=_text(body, "status"),
        org_id=_text(body, "orgId"),
        created_at=_text(body, "createdAt"),
        updated_at=_text(body, "updatedAt"),
    )


def _raise_if_no_number(body: Any) -> None:
    """Raise Uncertain for what is no phone number.

    One whose identity cannot be read is none: taken for a number without it, it would be bought
    again.
    """
    if not isinstance(body, Mapping) or not isinstance(body.get("id"), str) or not body["id"]:
        raise Uncertain("the API answered with something else than a phone number")
    for name in _IDENTITY:
        if not isinstance(body.get(name), str | None):
            raise Uncertain(f"the API answered with a phone number whose {name} is no text")


def _numbers(answer: Any) -> Sequence[Row]:
    """The rows of one list of numbers. Raises Uncertain where one of them is no number."""
    rows = read_rows(answer)
    for row in rows:
        _raise_if_no_number(row)
    return rows


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""


def _path(number_id: str) -> str:
    return f"/phone-number/{quote(number_id, safe='')}"
