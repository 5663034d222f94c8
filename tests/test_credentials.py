"""Which texts hold credentials, and which names say so."""

from time import perf_counter
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.model import find_credentials, holds_credentials, names_credential


@pytest.mark.parametrize(
    "text",
    [
        "https://user:pw@a.example/?token=x",
        "https://user@a.example",
        "https://:pw@a.example",
        "HTTPS://U:P@A.EXAMPLE",
        "https://us er:pw@a.example",
        "https://user:p/w@a.example",
        "https://user:p#w@a.example",
        "https:/user:pw@a.example",
        "https:\\\\user:pw@a.example",
        "//user:pw@a.example",
        "postgres://user:pw@a.example/b",
        "call https://user:pw@a.example now",
        "https://a.example/?page=1&api_key=x",
        "https://a.example?sig=x",
        "https://a.example/?X-Amz-Signature=x",
        "https://a.example/?user[password]=x",
        "https://a.example/?to%6ben=x",
        "https://a.example/#access_token=x",
        "https://a.example/;token=x",
        "a.example/?token=x",
        "https://a.example/?next=https%3A%2F%2Fuser%3Apw%40b.example",
        '<Stream url="wss://a.example/?page=1&amp;token=x"/>',
    ],
)
def test_a_url_with_a_user_or_a_secret_parameter_holds_credentials(text: str) -> None:
    assert holds_credentials(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://a.example/?keyword=x",
        "https://a.example/?monkey=1",
        "https://a.example/?max_tokens=5&author=x&design=x&bypass=1",
        "https://a.example/?token=",
        "https://a.example/?token",
        "https://a.example/@user?mail=me@b.example#me@b.example",
        "https://a.example:8080/@user",
        "https://[::1]:8080/@user",
        "see https://a.example or me@b.example",
        "sip:user@sip.vapi.ai",
        "sip:user:pw@b.example",
        "sip:a?key=b@sip.vapi.ai",
        "sips:a@b.example;token=x",
        "mailto:me@b.example?key=x",
        "tel:+14155550100;key=x",
        "me@b.example",
        "100% = all",
    ],
)
def test_no_other_text_does(text: str) -> None:
    assert not holds_credentials(text)


@given(
    st.sampled_from(["https://", "HTTP://", " http://"]), st.text("ab:@/?#\\ .[]%4\n"), st.text()
)
def test_whoever_reads_a_user_in_a_url_finds_it_here_too(scheme: str, user: str, rest: str) -> None:
    url = f"{scheme}{user}@{rest}"
    try:
        found = urlsplit(url).username is not None
    except ValueError:
        found = False
    assert holds_credentials(url) or not found


@pytest.mark.parametrize(
    "line",
    [
        "url: https://user:pw@a.example",
        "{url: 'https://a.example/?token=x'}",
        "https://a:b@c/?key=x",
    ],
)
def test_it_begins_where_its_url_does(line: str) -> None:
    assert find_credentials(line) == line.index("https")


@pytest.mark.parametrize(
    "text", ["https:", "//x:a", '"//x:', "&page=x", "?key", "sip:?key=a ", "%"]
)
def test_a_text_of_great_length_is_read_in_no_time(text: str) -> None:
    began = perf_counter()
    holds_credentials(text * 20_000 + "=@"[: len(text) % 2 + 1])
    assert perf_counter() - began < 2


def test_a_short_word_or_an_animal_names_no_credential_by_how_it_ends() -> None:
    names = ("X-Sig", "pwd", "jwt", "apikey", "partnerkey", "monkey", "bypass", "X-Pass-Through")
    assert [names_credential(each) for each in names] == [True] * 5 + [False] * 3
