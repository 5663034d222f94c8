"""A URL -> a published document, or why not."""

import time

import pytest

from reconciler.api import document
from reconciler.errors import InputError
from tests.api.server import Exchange, serving


def fetch_document(url: str, *, timeout: float = 60.0) -> bytes:
    return document.fetch_document(url, most=20_000_000, timeout=timeout)


def test_a_document_comes_as_it_is_and_no_key_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VAPI_API_KEY", "a-private-key")
    with serving(lambda each: each.text(200, '{"paths": {}}')) as (url, seen):
        assert fetch_document(f"{url}/api-json?v=1") == b'{"paths": {}}'
    (request,) = seen
    assert request.path == "/api-json?v=1"
    assert "Authorization" not in request.headers
    assert request.headers["User-Agent"].startswith("vapi-reconciler/")


@pytest.mark.parametrize(
    ("status", "headers", "says"),
    [
        (404, {}, "answers 404"),
        (302, {"Location": "https://example.com/spec"}, r"leads on to https://example\.com/spec"),
    ],
)
def test_an_answer_that_is_no_document_is_told(
    status: int, headers: dict[str, str], says: str
) -> None:
    with (
        serving(lambda each: each.text(status, "", **headers)) as (url, _),
        pytest.raises(InputError, match=says),
    ):
        fetch_document(url)


@pytest.mark.parametrize("url", ["http://example.com/a", "ftp://example.com/a", "https://"])
def test_a_document_is_never_fetched_in_clear_from_elsewhere(url: str) -> None:
    with pytest.raises(InputError, match="the URL of a description is https"):
        fetch_document(url)


def test_a_document_without_end_is_cut_off() -> None:
    def endless(each: Exchange) -> None:
        each.raw.send_response(200)
        each.raw.end_headers()
        each.raw.close_connection = True
        try:
            for _ in range(21):
                each.raw.wfile.write(b" " * 1_000_000)
        except OSError:
            return

    with (
        serving(endless) as (url, _),
        pytest.raises(InputError, match="larger than 20 MB"),
    ):
        fetch_document(url)


def test_a_document_that_comes_in_drips_is_given_up() -> None:
    def dripping(each: Exchange) -> None:
        each.raw.send_response(200)
        each.raw.end_headers()
        each.raw.close_connection = True
        try:
            for _ in range(30):
                each.raw.wfile.write(b" ")
                time.sleep(0.05)
        except OSError:
            return

    with (
        serving(dripping) as (url, _),
        pytest.raises(InputError, match=r"did not .* in time"),
    ):
        fetch_document(url, timeout=0.2)


def test_headers_that_come_in_drips_are_given_up() -> None:
    def dripping(each: Exchange) -> None:
        each.raw.close_connection = True
        try:
            each.raw.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for index in range(40):
                each.raw.wfile.write(b"X-%d: 1\r\n" % index)
                time.sleep(0.05)
        except OSError:
            return

    started = time.monotonic()
    with serving(dripping) as (url, _):
        with pytest.raises(InputError, match="did not come in time"):
            fetch_document(url, timeout=0.2)
        assert time.monotonic() - started < 1


def test_a_server_that_is_not_there_is_told() -> None:
    with serving(lambda each: each.text(200, "")) as (url, _):
        gone = url
    with pytest.raises(InputError, match="cannot be fetched"):
        fetch_document(gone)
