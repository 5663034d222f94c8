"""What stands between us and the API: echoes of secrets, answers in drips, refusing proxies."""

import html
import json
import time
from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest

from reconciler.api import Client
from reconciler.api.answers import clean, read_answer
from reconciler.api.retry import RetryPolicy
from reconciler.api.transport import Answer
from reconciler.errors import ApiError, Refused, Uncertain
from reconciler.model import Json, Secret
from tests.api.server import Exchange, serving
from tests.api.test_client import KEY, client

CANARY = "canary-token-9876543210"


def echo(exchange: Exchange) -> None:
    """Answer as an edge does that shows people all that it was sent."""
    said = [exchange.headers["Authorization"], json.loads(exchange.body)["server"]["headers"]["X"]]
    exchange.answer(400, {"message": said})


def echo_page(exchange: Exchange) -> None:
    title = f"<html><title>502 {exchange.headers['Authorization']} {CANARY}</title></html>"
    exchange.text(502, title)


def echo_elsewhere(exchange: Exchange) -> None:
    exchange.answer(307, None, Location=f"https://login.example/?key={KEY}&token={CANARY}")


@pytest.mark.parametrize("answer", [echo, echo_page, echo_elsewhere])
def test_no_error_repeats_a_secret_of_the_request(answer: Any) -> None:
    body: dict[str, Json] = {"provider": "vapi", "server": {"headers": {"X": Secret(CANARY)}}}
    with client(answer) as (made, _, _), pytest.raises(ApiError) as raised:
        made.create_number(body)
    shown = raised.value.message + raised.value.help
    assert shown.count("(sensitive)") == 2
    assert CANARY not in shown
    assert KEY not in shown


def test_a_cut_leaves_no_half_of_a_secret() -> None:
    assert CANARY[:6] not in clean("x" * 495 + CANARY, [CANARY])


def test_a_secret_within_another_does_not_uncover_it() -> None:
    assert clean("token-123", ["token", "token-123"]) == "(sensitive)"


PEM = "\n-----BEGIN KEY-----\nab\\c\"d/'<é&\tf\n"
QUOTED = PEM.replace('"', "&#x22;")


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"error": {"sent": PEM}}),
        json.dumps({"error": [{"sent": PEM}]}),
        json.dumps({"message": [{"sent": PEM}]}),
        json.dumps({"message": {PEM: 1}}),
        json.dumps({"message": PEM}),
        json.dumps({"message": PEM.strip()}),
        json.dumps({"message": "sent " + json.dumps({"a": PEM})}),
        json.dumps({"message": "sent " + json.dumps({"a": json.dumps([PEM])})}),
        json.dumps({"message": f"sent {PEM!r}"}),
        # Cut short, it is no JSON.
        json.dumps({"sent": PEM})[:-1],
        json.dumps({"sent": PEM}, ensure_ascii=False)[:-1],
        json.dumps({"sent": PEM})[:-1].replace("/", "\\/"),
        PEM,
        f"no: {quote(PEM)}",
        html.escape(PEM),
        f"<html><title>{html.escape(PEM)}</title>",
        f"<title>{html.escape(PEM, quote=False)}</title>",
        f"<title>{html.escape(json.dumps(PEM))}</title>",
        f"<title>{QUOTED}</title>",
    ],
)
def test_a_secret_is_not_repeated_however_it_is_spelt(body: str) -> None:
    with pytest.raises(ApiError) as raised:
        read_answer(Answer(400, {}, body.encode()), (PEM,))
    assert "(sensitive)" in raised.value.message
    assert "BEGIN" not in raised.value.message


def test_a_secret_is_not_repeated_as_a_number() -> None:
    with pytest.raises(ApiError) as raised:
        read_answer(Answer(400, {}, b'{"error": {"pin": 90125}}'), ("90125",))
    assert "90125" not in raised.value.message


def test_a_body_nested_too_deep_is_shown_as_it_stands() -> None:
    body = b'{"a": ' * 400 + b"1" + b"}" * 400
    with pytest.raises(Refused, match="answered 400"):
        read_answer(Answer(400, {}, body), (CANARY,))


def test_an_answer_in_drips_ends_in_time() -> None:
    def drip(exchange: Exchange) -> None:
        exchange.text(200, "", "application/json", length="60")
        with suppress(OSError):  # the client hangs up
            for _ in range(60):
                exchange.raw.wfile.write(b" ")
                time.sleep(0.05)

    began = time.monotonic()
    with (
        client(drip, budget=0.2) as (made, _, _),
        pytest.raises(Uncertain, match="did not end in time"),
    ):
        made.create_number({})
    assert time.monotonic() - began < 2


def test_a_proxy_that_does_not_let_us_through_proves_that_nothing_happened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    policy = RetryPolicy(budget=0.01)
    with serving(lambda exchange: exchange.answer(501)) as (proxy, _):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        monkeypatch.setenv("NO_PROXY", "")
        with (
            Client("https://api.vapi.ai", Secret(KEY), retry=policy) as made,
            pytest.raises(Refused, match="cannot be reached: 501"),
        ):
            made.create_number({})


def test_a_kind_that_the_api_does_not_list_is_told_in_words() -> None:
    def gone(exchange: Exchange) -> None:
        exchange.answer(404, {"message": "Cannot GET /workflow", "statusCode": 404})

    with client(gone) as (made, _, _), pytest.raises(Refused, match="no workflows") as raised:
        made.list_resources("workflow")
    assert raised.value.help == "refer to it by its id"
