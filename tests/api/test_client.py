"""What each answer proves, and what is sent again because of it."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Event, Thread, Timer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from reconciler.api import Client
from reconciler.api.answers import read_answer
from reconciler.api.retry import RetryPolicy, delay, may_repeat, share
from reconciler.api.transport import MAX_ANSWER_BYTES, Answer, encode
from reconciler.errors import (
    ApiError,
    Down,
    InputError,
    Refused,
    Throttled,
    Unauthorized,
    Uncertain,
    Unsent,
)
from reconciler.model import Json, Secret
from tests.api.server import Exchange, Handler, serving

NUMBER = {"id": "1", "provider": "vapi", "name": "a"}
KEY = "canary-key-0123456789"


@contextmanager
def client(
    *script: Handler, budget: float = 1000
) -> Iterator[tuple[Client, list[Exchange], list[float]]]:
    """A client of a scripted server; its pauses are noted and not waited for."""
    pauses: list[float] = []
    policy = RetryPolicy(budget=budget, sleep=pauses.append, jitter=lambda: 1.0)
    with (
        serving(*script) as (url, seen),
        Client(url, Secret(KEY), retry=policy) as made,
    ):
        yield made, seen, pauses


def number(exchange: Exchange) -> None:
    exchange.answer(200, NUMBER)


def hang_up(exchange: Exchange) -> None:
    exchange.hang_up()


def failing(status: int, value: Any = None, **headers: str) -> Handler:
    return lambda exchange: exchange.answer(status, value, **headers)


def cut(exchange: Exchange) -> None:
    exchange.text(200, '{"id": "1"', "application/json", length="4000")
    exchange.hang_up()


def create(made: Client) -> object:
    return made.create_number({"provider": "vapi"})


def patch(made: Client) -> object:
    return made.patch_number("1", {"name": "a"})


def read(made: Client) -> object:
    return made.get_number("1")


@pytest.mark.parametrize("call", [read, patch])
@pytest.mark.parametrize(
    "fault", [failing(500), failing(502), failing(408), hang_up, cut, failing(429)]
)
def test_what_does_no_harm_twice_is_sent_again(
    fault: Handler, call: Callable[[Client], object]
) -> None:
    with client(fault, fault, number) as (made, seen, _):
        call(made)
        assert len(seen) == 3


@pytest.mark.parametrize("fault", [failing(500), failing(502), failing(408), hang_up, cut])
def test_a_create_that_may_have_happened_is_never_sent_again(fault: Handler) -> None:
    with client(fault, number) as (made, seen, _):
        with pytest.raises(Uncertain):
            create(made)
        assert len(seen) == 1


def test_a_create_that_was_throttled_is_sent_again() -> None:
    with client(failing(429), number) as (made, seen, _):
        create(made)
        assert len(seen) == 2


@pytest.mark.parametrize("call", [create, patch, read])
@pytest.mark.parametrize("status", [400, 401, 403, 409, 422])
def test_what_was_refused_is_told_and_not_sent_again(
    status: int, call: Callable[[Client], object]
) -> None:
    with client(failing(status, {"message": ["one", "two"]})) as (made, seen, _):
        with pytest.raises(Refused, match="one; two"):
            call(made)
        assert len(seen) == 1


class Clock:
    """A time that only pauses move on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def policy(self, budget: float) -> RetryPolicy:
        return RetryPolicy(budget=budget, sleep=self.sleep, jitter=lambda: 1.0, clock=self)


@contextmanager
def nobody() -> Iterator[str]:
    """The URL of a port that is taken, and where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_nobody_there_is_a_refusal_and_asked_again_until_the_budget_is_used_up() -> None:
    clock = Clock()
    with (
        nobody() as url,
        Client(url, Secret(KEY), retry=clock.policy(60)) as made,
        pytest.raises(Refused, match="reached"),
    ):
        create(made)
    assert clock.pauses == [0.5, 1, 2, 4, 8, 16, pytest.approx(27.3)], "the last try ends in time"


def test_a_quota_that_is_full_for_a_minute_is_waited_for() -> None:
    clock = Clock()

    def quota(exchange: Exchange) -> None:
        exchange.answer(*((429, None) if clock.now < 60 else (200, NUMBER)))

    with (
        serving(quota) as (url, _),
        Client(url, Secret(KEY), retry=clock.policy(65)) as made,
    ):
        create(made)


@pytest.mark.parametrize("call", [read, patch, lambda made: made.delete_number("1")])
def test_a_try_that_gets_no_answer_leaves_time_for_another(
    call: Callable[[Client], object],
) -> None:
    hung = Event()

    def hang(exchange: Exchange) -> None:
        hung.wait(10)
        exchange.answer(200, NUMBER)

    with serving(hang, number) as (url, seen):
        policy = RetryPolicy(budget=2, least=0.1, jitter=lambda: 0.0)
        with Client(url, Secret(KEY), retry=policy) as made:
            call(made)
        assert len(seen) == 2
        hung.set()


@pytest.mark.parametrize(
    ("method", "left", "seconds"),
    [
        ("GET", 60, 30),
        ("PATCH", 30, 15),
        ("DELETE", 1.5, 1),
        ("GET", 0.7, 0.7),
        ("POST", 60, 60),
        ("POST", -1, 0.05),
    ],
)
def test_a_try_takes_half_of_what_is_left_where_it_may_be_repeated(
    method: str, left: float, seconds: float
) -> None:
    assert share(method, left, RetryPolicy()) == seconds


def test_no_try_outlives_the_budget() -> None:
    hung = Event()

    def hang(exchange: Exchange) -> None:
        hung.wait(10)
        exchange.answer(200, NUMBER)

    def late(exchange: Exchange) -> None:
        time.sleep(0.4)
        exchange.answer(500)

    began = time.monotonic()
    with serving(late, hang) as (url, _):
        policy = RetryPolicy(budget=0.8, jitter=lambda: 0.0)
        with Client(url, Secret(KEY), retry=policy) as made, pytest.raises(Uncertain):
            read(made)
        took = time.monotonic() - began
        hung.set()
    assert 0.8 <= took < 1.5


def test_no_answer_in_time_proves_nothing() -> None:
    def slow(exchange: Exchange) -> None:
        time.sleep(0.5)
        exchange.answer(200, NUMBER)

    with (
        client(slow, budget=0.1) as (made, _, _),
        pytest.raises(Uncertain, match=r"in time to POST /phone-number$") as raised,
    ):
        create(made)
    assert "--timeout" in raised.value.help


def test_a_lost_answer_is_told_with_its_host_and_request() -> None:
    lost = r"the answer of 127.0.0.1:\d+ to POST /phone-number was lost"
    with client(hang_up) as (made, _, _), pytest.raises(Uncertain, match=lost):
        create(made)


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_retry_after_in_seconds_is_honoured_wherever_it_comes(status: int) -> None:
    with client(failing(status, None, Retry_After="7"), number) as (made, _, pauses):
        read(made)
        assert pauses == [7]


def test_retry_after_as_a_date_is_honoured() -> None:
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    with client(failing(503, None, Retry_After=when), number) as (made, _, pauses):
        read(made)
        assert 50 < pauses[0] <= 60


@pytest.mark.parametrize(
    "said",
    [
        "soon",
        "-5",
        "nan",
        "Mon, 32 Foo 2026",
        "Wed, 21 Oct 2015 07:28:00 GMT",
        "Mon, 01 Jan 99999999999999999999 00:00:00 GMT",
        "Mon, 01 Jan 2126 00:00:00 +9999999999999999",
    ],
)
def test_a_retry_after_that_says_nothing_useful_leaves_the_usual_pause(said: str) -> None:
    with client(failing(429, None, Retry_After=said), number) as (made, _, pauses):
        read(made)
        assert pauses == [0.5]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("said", ["100000", "inf"])
def test_a_pause_beyond_the_budget_is_not_begun(said: str, status: int) -> None:
    with client(failing(status, None, Retry_After=said)) as (made, seen, pauses):
        with pytest.raises(ApiError, match=str(status)):
            read(made)
        assert (len(seen), pauses) == (1, [])


@contextmanager
def stopping(
    *script: Handler, sleep: Callable[[float], object] | None = None
) -> Iterator[tuple[Client, list[Exchange], Event]]:
    """A client that can be told to stop."""
    stop = Event()
    policy = RetryPolicy(budget=1000, sleep=sleep)
    with (
        serving(*script) as (url, seen),
        Client(url, Secret(KEY), retry=policy, stop=stop) as made,
    ):
        yield made, seen, stop


def test_told_to_stop_nothing_is_asked_again() -> None:
    with stopping(failing(503), number) as (made, seen, stop):
        stop.set()
        with pytest.raises(Uncertain, match="503"):
            read(made)
        assert len(seen) == 1


def test_told_to_stop_a_pause_ends_at_once_and_nothing_is_sent_after_it() -> None:
    with stopping(failing(429, None, Retry_After="600"), number) as (made, seen, stop):
        timer = Timer(0.2, stop.set)
        timer.start()
        began = time.monotonic()
        with pytest.raises(Throttled):
            create(made)
        assert (len(seen), time.monotonic() - began < 5) == (1, True)
        timer.join()


@pytest.mark.parametrize("call", [create, patch, lambda made: made.delete_number("1")])
def test_told_to_stop_no_write_is_begun_and_a_look_still_is(
    call: Callable[[Client], object],
) -> None:
    with stopping(number) as (made, seen, stop):
        stop.set()
        with pytest.raises(Unsent):
            call(made)
        read(made)
        assert [each.method for each in seen] == ["GET"]


def test_once_the_api_is_down_no_write_is_begun_and_nothing_is_asked_again() -> None:
    clock = Clock()
    with (
        serving(failing(503)) as (url, seen),
        Client(url, Secret(KEY), retry=clock.policy(10)) as made,
    ):
        for number_id in ("1", "2"):
            with pytest.raises(Uncertain):
                made.patch_number(number_id, {})
        asked = len(seen)
        with pytest.raises(Down, match=r"^not tried: every PATCH has failed for 10 s$"):
            made.patch_number("3", {})
        assert len(seen) == asked
        with pytest.raises(Uncertain):
            create(made)
        assert len(seen) == asked + 1, "of creates nothing is known yet"


def test_one_number_that_cannot_be_written_to_says_nothing_of_the_others() -> None:
    clock = Clock()
    with (
        serving(*[failing(503)] * 6, number) as (url, _),
        Client(url, Secret(KEY), retry=clock.policy(10)) as made,
    ):
        with pytest.raises(Uncertain):
            made.patch_number("1", {})
        made.patch_number("2", {})


def test_who_asks_for_more_time_than_there_is_gets_no_further_write() -> None:
    with (
        serving(failing(429, None, Retry_After="120")) as (url, seen),
        Client(url, Secret(KEY), retry=Clock().policy(60)) as made,
    ):
        with pytest.raises(Throttled):
            made.patch_number("1", {})
        with pytest.raises(Down):
            made.patch_number("2", {})
        assert len(seen) == 1


@pytest.mark.parametrize("answer", [None, {"id": "1", "name": 5}, {"id": ""}, []])
def test_what_is_no_number_is_unreadable_and_asked_for_again(answer: Any) -> None:
    with client(failing(200, answer), number) as (made, seen, _):
        assert made.patch_number("1", {}).id == "1"
        assert len(seen) == 2


@pytest.mark.parametrize("answer", [None, {}, [{"id": "1", "name": 5}], [{"name": "no id"}]])
def test_what_is_no_list_of_numbers_is_unreadable_and_asked_for_again(answer: Any) -> None:
    with client(failing(200, answer), failing(200, [NUMBER])) as (made, _, _):
        assert [each.id for each in made.list_numbers()] == ["1"]


def test_a_create_that_is_answered_unreadably_is_not_sent_again() -> None:
    with client(failing(201, {"id": ""}), number) as (made, seen, _):
        with pytest.raises(Uncertain, match="something else than a phone number"):
            create(made)
        assert len(seen) == 1


@pytest.mark.parametrize("location", ["mailto:x", "http://xn--/", "/x\x7f", "http://[", ""])
def test_a_redirect_proves_that_nothing_happened_wherever_it_leads(location: str) -> None:
    with client(failing(302, None, Location=location)) as (made, seen, _):
        with pytest.raises(Refused, match="the API sent us to"):
            create(made)
        assert len(seen) == 1


def test_waiting_for_a_turn_costs_no_budget() -> None:
    begun = Event()

    def first(exchange: Exchange) -> None:
        begun.set()
        time.sleep(0.7)
        exchange.answer(200, NUMBER)

    def second(exchange: Exchange) -> None:
        time.sleep(0.5)
        exchange.answer(200, NUMBER)

    with serving(first, second) as (url, _):
        policy = RetryPolicy(budget=1)
        with Client(url, Secret(KEY), retry=policy, parallel=1) as made:
            other = Thread(target=create, args=(made,))
            other.start()
            begun.wait(10)
            create(made)
            other.join()


@pytest.mark.parametrize("answer", [number, failing(400)])
def test_any_answer_of_its_own_shows_that_the_api_is_up(answer: Handler) -> None:
    clock = Clock()
    fails = [failing(503)] * 6
    with (
        serving(*fails, answer, *fails, number) as (url, _),
        Client(url, Secret(KEY), retry=clock.policy(10)) as made,
    ):
        for number_id in "123":
            with suppress(ApiError):
                made.patch_number(number_id, {})
        made.patch_number("4", {})


def test_pauses_grow_up_to_a_bound() -> None:
    policy = RetryPolicy(jitter=lambda: 1.0)
    error = Throttled("429")
    waits = [delay(attempt, error, policy, 1000) for attempt in range(1, 9)]
    assert waits == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_a_429_halves_what_is_under_way_at_once() -> None:
    with client(failing(429), number) as (made, _, _):
        read(made)
        assert (made.requests, made.throttled) == (2, 1)


def test_a_delete_that_finds_nothing_has_done_its_job() -> None:
    with client(hang_up, failing(404)) as (made, _, _):
        made.delete_number("1")


def test_a_number_that_is_not_there_is_none() -> None:
    with client(failing(404)) as (made, _, _):
        assert made.get_number("1") is None


def test_the_edge_is_explained_and_its_page_is_not_shown() -> None:
    def edge(exchange: Exchange) -> None:
        exchange.text(403, "error code: 1010", "text/plain")

    with client(edge) as (made, _, _), pytest.raises(Unauthorized, match="1010") as raised:
        read(made)
    assert "proxy" in raised.value.help


DEEP = b"[" * 200_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"ok",
        b"<html></html>",
        b'{"id": "1"',
        b"\xff\xfe",
        b"9" * 5000,
        b"[NaN]",
        b'{"x": -Infinity}',
        b"1e999",
    ],
)
def test_a_success_that_is_no_json_proves_nothing(body: bytes) -> None:
    with pytest.raises(Uncertain, match="not whole JSON"):
        read_answer(Answer(200, {}, body))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"message": "one", "error": "Bad Request", "statusCode": 400}', "400: one"),
        (b'{"message": ["one", "two"]}', "400: one; two"),
        (b'{"message": null, "error": "x"}', "400: {'message': None, 'error': 'x'}"),
        (b'"text"', "400: text"),
        (b"null", "400: None"),
        (b"", "400: no words"),
        (b"\xff plain", "400: \ufffd plain"),
        (b"<!doctype html><p>x</p>", "400: an HTML page"),
    ],
)
def test_a_refusal_is_told_in_the_words_of_its_body(body: bytes, words: str) -> None:
    with pytest.raises(Refused) as raised:
        read_answer(Answer(400, {}, body))
    assert raised.value.message.endswith(words)


@pytest.mark.parametrize("body", [DEEP, b'{"message": "' + b"x" * 100_000 + b'"}', b"y" * 100_000])
def test_a_long_refusal_is_cut_to_what_people_read(body: bytes) -> None:
    with pytest.raises(Refused) as raised:
        read_answer(Answer(400, {}, body))
    assert len(raised.value.message) < 600


def test_the_words_of_an_answer_cannot_paint_a_terminal() -> None:
    body = b'{"message": "a\\u001b[31mb\\u202ec\\nd\\u2028e"}'
    with pytest.raises(Refused, match=r"a \[31mb c d e$"):
        read_answer(Answer(400, {}, body))


def test_an_html_error_is_told_by_its_title() -> None:
    answer = Answer(502, {}, b"<html><head><title>502 Bad\x1b Gateway</title></head></html>")
    with pytest.raises(Uncertain, match="an HTML page, 502 Bad  Gateway"):
        read_answer(answer)


def test_a_wrong_key_is_explained() -> None:
    refused = failing(401, {"message": "Invalid Key."})
    with client(refused) as (made, _, _), pytest.raises(Unauthorized) as raised:
        read(made)
    assert "api.eu.vapi.ai" in raised.value.help
    assert KEY not in str(raised.value) + raised.value.help


def test_a_redirect_is_never_followed_and_the_key_goes_nowhere() -> None:
    with serving(number) as (elsewhere, stolen):
        redirect = failing(307, None, Location=f"{elsewhere}/phone-number/1")
        with client(redirect) as (made, _, _), pytest.raises(Refused, match="sent us to"):
            read(made)
        assert stolen == []


def test_an_answer_without_end_is_cut_off() -> None:
    def huge(exchange: Exchange) -> None:
        exchange.text(200, " " * (MAX_ANSWER_BYTES + 1), "application/json")

    with client(huge) as (made, _, _), pytest.raises(Uncertain, match="larger than 64 MB"):
        create(made)


def test_every_request_says_who_we_are_and_sends_the_key() -> None:
    with client(number) as (made, seen, _):
        read(made)
    assert seen[0].headers["User-Agent"].startswith("vapi-reconciler/")
    assert seen[0].headers["Authorization"] == f"Bearer {KEY}"


def test_the_user_agent_of_a_library_is_never_sent() -> None:
    with client(number) as (made, seen, _):
        create(made)
    assert "httpx" not in str(seen[0].headers)
    assert [name.lower() for name in seen[0].headers].count("user-agent") == 1


@pytest.mark.parametrize(("exempt", "through"), [("", ["vapi.invalid:443"]), ("vapi.invalid", [])])
def test_a_proxy_of_the_environment_is_used_but_for_what_is_exempt(
    exempt: str, through: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(failing(502)) as (proxy, seen):
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        monkeypatch.setenv("NO_PROXY", exempt)
        policy = RetryPolicy(budget=0.01)
        with (
            Client("https://vapi.invalid", Secret(KEY), retry=policy) as made,
            pytest.raises(Refused, match="cannot be reached"),
        ):
            read(made)
    assert [each.path for each in seen][:1] == through


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_no_proxy_hears_what_is_sent_to_this_machine(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(failing(502)) as (proxy, through), serving(number) as (url, direct):
        for variable in ("HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(variable, proxy)
        monkeypatch.setenv("NO_PROXY", "")
        with Client(url.replace("127.0.0.1", host), Secret(KEY)) as made:
            read(made)
    assert (len(through), len(direct)) == (0, 1)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:1"),
        ("NO_PROXY", "10.0.0.0/8,::1/128"),
        ("HTTP_PROXY", "?"),
    ],
)
def test_no_variable_of_the_environment_matters_on_the_way_to_this_machine(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with serving(number) as (url, _), Client(url, Secret(KEY)) as made:
        read(made)


def test_a_proxy_that_is_no_url_is_told_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:hunter2/x@127.0.0.1:1")
    with pytest.raises(InputError, match="cannot be used") as raised:
        Client("https://api.vapi.ai", Secret(KEY))
    assert "hunter2" not in str(raised.value)
    assert "NO_PROXY" in raised.value.help


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALL_PROXY", "socks5://127.0.0.1:9"),
        ("HTTPS_PROXY", "foo://proxy"),
        ("HTTPS_PROXY", "http://proxy:port"),
        ("SSL_CERT_FILE", "/nowhere/ca.pem"),
    ],
)
def test_an_environment_that_cannot_be_used_is_told(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(InputError, match="cannot be used") as raised:
        Client("https://api.vapi.ai", Secret(KEY))
    assert variable in raised.value.help


def test_an_id_cannot_lead_to_another_path() -> None:
    with client(number) as (made, seen, _):
        made.get_number("../assistant?x=1#y")
    assert seen[0].path == "/phone-number/..%2Fassistant%3Fx%3D1%23y"


def test_a_base_url_may_have_a_path_of_its_own() -> None:
    with serving(number) as (url, seen), Client(f"{url}/prefix", Secret(KEY)) as made:
        read(made)
    assert seen[0].path == "/prefix/phone-number/1"


def test_2500_numbers_are_listed_over_http() -> None:
    stamps = [*range(800), *[5000] * 700, *range(9000, 10_000)]
    rows = [{"id": str(at), "createdAt": f"{stamp:08}"} for at, stamp in enumerate(stamps)]

    def page(exchange: Exchange) -> None:
        asked = dict(parse_qsl(urlsplit(exchange.path).query))
        bound = asked.get("createdAtLe", "99999999")
        newest = [row for row in reversed(rows) if row["createdAt"] <= bound]
        exchange.answer(200, newest[: int(asked["limit"])])

    with client(page) as (made, seen, _):
        assert {each.id for each in made.list_numbers()} == {row["id"] for row in rows}
        assert len(seen) == 3


def test_secrets_become_text_in_the_request_body_alone() -> None:
    body: dict[str, Json] = {
        "server": {"headers": {"X": Secret("value")}},
        "list": [Secret("other")],
    }
    assert encode(body) == b'{"server":{"headers":{"X":"value"}},"list":["other"]}'


@pytest.mark.parametrize(
    "url", ["http://api.vapi.ai", "ftp://x", "https://me:pw@host", "https://["]
)
def test_a_url_that_is_not_safe_for_the_key_is_refused(url: str) -> None:
    with pytest.raises(InputError) as raised:
        Client(url, Secret(KEY))
    assert "use https" in raised.value.help
    assert "pw" not in raised.value.message


@pytest.mark.parametrize(
    "answer",
    [
        [],
        "text",
        {"name": "no id"},
        {"id": 5},
        {**NUMBER, "provider": 7},
        {**NUMBER, "name": 7},
        {**NUMBER, "number": {"digits": "+14155550100"}},
        {**NUMBER, "sipUri": ["sip:a@sip.vapi.ai"]},
    ],
)
def test_an_answer_that_is_no_number_proves_nothing(answer: object) -> None:
    with client(failing(200, answer)) as (made, _, _), pytest.raises(Uncertain):
        create(made)


def test_what_is_null_is_not_there() -> None:
    with client(failing(200, {**NUMBER, "name": None, "sipUri": None})) as (made, _, _):
        made_number = made.get_number("1")
    assert made_number is not None
    assert (made_number.name, made_number.sip_uri) == ("", "")


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (Throttled("x"), {"GET", "POST", "PATCH", "DELETE"}),
        (Refused("no route"), {"GET", "POST", "PATCH", "DELETE"}),
        (Refused("400", status=400), set()),
        (Unsent("x"), set()),
        (Uncertain("x"), {"GET", "PATCH", "DELETE"}),
        (ApiError("x"), set()),
        (ValueError("x"), set()),
    ],
)
def test_the_table_of_what_may_be_repeated(error: Exception, again: set[str]) -> None:
    verbs = {"GET", "POST", "PATCH", "DELETE"}
    assert {each for each in verbs if may_repeat(each, error)} == again


@pytest.mark.parametrize("levels", [98, 101, 800, 100_000])
@pytest.mark.parametrize(("start", "end"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_an_answer_nested_beyond_what_can_be_walked_is_no_answer(
    levels: int, start: bytes, end: bytes
) -> None:
    body = b'[{"deep":' + start * levels + b"1" + end * levels + b"}]"
    if levels == 98:
        assert read_answer(Answer(200, {}, body))
        return
    for each in (body, DEEP):
        with pytest.raises(Uncertain, match="with a body that is nested deeper than 100 levels"):
            read_answer(Answer(200, {}, each))
