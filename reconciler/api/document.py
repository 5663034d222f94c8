"""A URL -> the bytes of a published document, bounded in size and time."""

from __future__ import annotations

from concurrent.futures import Future
from threading import Thread
from time import monotonic

import httpx

from reconciler.api.transport import client_for, limits_of, read_bounded
from reconciler.checks.base_url import SAFE_URL, check_base_url
from reconciler.errors import ApiError, InputError


def fetch_document(url: str, *, most: int, timeout: float = 60.0) -> bytes:
    """GET a document of `most` bytes, without any key, in `timeout` seconds; redirects are told.

    Raises InputError for a URL that is neither https nor loopback, and for what does not come.
    """
    if check_base_url(url.partition("?")[0]):
        raise InputError("the URL of a description is https://HOST/PATH", help=SAFE_URL)
    fetched: Future[bytes] = Future()

    def fetch() -> None:
        try:
            fetched.set_result(_fetch(url, most, timeout))
        except InputError as error:
            fetched.set_exception(error)

    # A name that is looked up, or a header that comes in drips, knows no deadline: nobody waits
    # for a thread that outlives it, and the process does not either.
    Thread(target=fetch, name="fetch", daemon=True).start()
    try:
        return fetched.result(timeout)
    except TimeoutError:
        raise InputError("the description cannot be fetched: it did not come in time") from None


def _fetch(url: str, most: int, timeout: float) -> bytes:
    deadline = monotonic() + timeout
    headers = {"Accept": "application/json, */*"}
    try:
        with (
            client_for(url, headers=headers, timeout=limits_of(timeout)) as client,
            client.stream("GET", url) as response,
        ):
            if response.is_redirect:
                location = response.headers.get("location", "nowhere")
                raise InputError(f"the URL leads on to {location}", help="give that URL instead")
            if not response.is_success:
                raise InputError(f"the URL of the description answers {response.status_code}")
            return read_bounded(response, deadline, most)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        reason = str(error) or type(error).__name__
        raise InputError(f"the description cannot be fetched: {reason}") from None
    except ApiError as error:
        raise InputError(f"the description cannot be fetched: {error.message}") from None
