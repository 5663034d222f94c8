"""A request -> a bounded answer, or an error that says what is proven."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from json import dumps
from time import monotonic
from typing import Any, Final

import httpx

from reconciler import __version__
from reconciler.checks.base_url import SAFE_URL, check_base_url, is_loopback
from reconciler.errors import InputError, Refused, Uncertain
from reconciler.model import Json, Secret

# A proxy that refuses to connect us is one of them: nothing went past it.
_NEVER_ARRIVED: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
)
MAX_ANSWER_BYTES: Final = 64_000_000
_CONNECT_SECONDS: Final = 10.0
_LOCATION: Final = "location"
_TIMEOUT_HELP: Final = "give it longer with --timeout"
_ENVIRONMENT_HELP: Final = (
    "look at HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status, and a body of at most MAX_ANSWER_BYTES.

    `location` is where a redirect leads, as it was sent.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    location: str = ""


class Transport:
    """One connection pool to one base URL; threads share it. TLS is always verified.

    Redirects are not followed, so that the key never reaches another host. Proxies and CA bundles
    come from the usual variables; on the way to loopback there is no proxy.
    """

    def __init__(self, base_url: str, api_key: Secret) -> None:
        """Prepare for `base_url`; nothing is sent. Raises InputError."""
        if reason := check_base_url(base_url):
            raise InputError(reason, help=SAFE_URL)
        headers = {
            "Authorization": f"Bearer {api_key.reveal()}",
            "Accept": "application/json",
        }
        self._http = client_for(
            base_url,
            base_url=base_url,
            headers=headers,
            timeout=None,  # Each request has its own.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=64),
            follow_redirects=False,
            event_hooks={"response": [_keep_location]},
        )

    def close(self) -> None:
        """Close all connections."""
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Json] | None = None,
        seconds: float,
    ) -> Answer:
        """Send one request, once, and wait for its answer for at most `seconds`.

        Raises Refused where it provably never arrived, Uncertain where that is not known.
        """
        content = None if body is None else encode(body)
        headers = {} if content is None else {"Content-Type": "application/json"}
        request = self._http.build_request(
            method,
            path,
            params=dict(query or {}),
            content=content,
            headers=headers,
            timeout=limits_of(seconds),
        )
        deadline = monotonic() + seconds
        host, asked = _host(request), f"{method} {request.url.path}"
        answer = f"the answer of {host} to {asked}"
        try:
            response = self._http.send(request, stream=True)
            try:
                return Answer(
                    response.status_code,
                    response.headers,
                    read_bounded(response, deadline, what=answer),
                    response.extensions.get(_LOCATION, ""),
                )
            finally:
                response.close()
        except _NEVER_ARRIVED as error:
            raise Refused(f"{host} cannot be reached: {_reason(error)}") from None
        except httpx.TimeoutException:
            message = f"{host} gave no answer in time to {asked}"
            raise Uncertain(message, help=_TIMEOUT_HELP) from None
        except httpx.HTTPError as error:
            raise Uncertain(f"{answer} was lost: {_reason(error)}") from None


def _keep_location(response: httpx.Response) -> None:
    """Put aside where a redirect leads: httpx would read it, and fail over what is no URL."""
    if response.has_redirect_location:
        response.extensions[_LOCATION] = response.headers.pop("Location")


def limits_of(seconds: float) -> httpx.Timeout:
    """What httpx is to wait for at most, for an answer that is to come within `seconds`."""
    return httpx.Timeout(seconds, connect=min(seconds, _CONNECT_SECONDS))


def client_for(url: str, headers: Mapping[str, str], **options: Any) -> httpx.Client:
    """A client for what is at `url`, with proxies and CA bundles of the usual variables.

    What goes in clear to this machine needs none of them, whatever they say. Raises InputError
    where they cannot be used; a proxy's URL may hold a password, so none is repeated.
    """
    asked = httpx.URL(url)
    is_here = is_loopback(asked.host)
    host = f"[{asked.host}]" if ":" in asked.host else asked.host
    mounts = {f"all://{host}": None} if is_here else {}
    try:
        return httpx.Client(
            headers={"User-Agent": f"vapi-reconciler/{__version__}", **headers},
            mounts=mounts,
            trust_env=asked.scheme == "https" or not is_here,
            **options,
        )
    except (httpx.InvalidURL, ImportError, OSError, ValueError) as error:
        is_of_a_url = isinstance(error, httpx.InvalidURL | ValueError)
        why = "one of them holds what is no URL or host" if is_of_a_url else str(error)
        message = f"proxy or certificates of the environment cannot be used: {why}"
        raise InputError(message, help=_ENVIRONMENT_HELP) from None


def encode(body: Mapping[str, Json]) -> bytes:
    """A request body as JSON: the only place where secrets become text."""
    return dumps(_revealed(body), ensure_ascii=False, separators=(",", ":")).encode()


def read_bounded(
    response: httpx.Response,
    deadline: float,
    most: int = MAX_ANSWER_BYTES,
    *,
    what: str = "the answer",
) -> bytes:
    """The body, bounded in bytes and, where it comes in drips, in time.

    Raises Uncertain, which calls it `what`.
    """
    chunks: list[bytes] = []
    size = 0
    for chunk in response.iter_bytes():
        size += len(chunk)
        if size > most:
            raise Uncertain(f"{what} is larger than {most // 1_000_000} MB")
        if monotonic() > deadline:
            raise Uncertain(f"{what} did not end in time", help=_TIMEOUT_HELP)
        chunks.append(chunk)
    return b"".join(chunks)


def _revealed(value: Json) -> Any:
    match value:
        case Secret():
            return value.reveal()
        case Mapping():
            return {key: _revealed(child) for key, child in value.items()}
        case list() | tuple():
            return [_revealed(item) for item in value]
        case _:
            return value


def _host(request: httpx.Request) -> str:
    return request.url.netloc.decode()


def _reason(error: Exception) -> str:
    return str(error) or type(error).__name__
