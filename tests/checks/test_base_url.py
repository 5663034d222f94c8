"""Where the API key may be sent."""

import pytest

from reconciler.checks.base_url import base_url_fault


@pytest.mark.parametrize(
    "url",
    [
        "https://api.vapi.ai",
        "https://api.eu.vapi.ai:8443/prefix",
        "http://127.0.0.1:8787",
        "http://[::1]:8787",
        "http://localhost:8787",
    ],
)
def test_https_and_loopback_are_safe(url: str) -> None:
    assert base_url_fault(url) == ""


@pytest.mark.parametrize(
    "url",
    [
        "http://api.vapi.ai",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://0.0.0.0:8787",
        "http://10.0.0.1",
        "ftp://127.0.0.1",
        "https://",
        "",
    ],
)
def test_what_would_send_the_key_in_clear_is_refused(url: str) -> None:
    assert "in clear" in base_url_fault(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://[::1",
        "https://api.vapi.ai:99999",
        "https://api.vapi.ai:port",
        "https://api.vapi.ai:0",
        "https://api.vapi.ai?debug=1",
        "https://api.vapi.ai#part",
        "https://api.vapi.ai\n",
        "https://api.vapi .ai",
        "https://ąpi.vapi.ai",
        "https://\0",
    ],
)
def test_what_is_no_plain_url_is_refused_in_words(url: str) -> None:
    assert base_url_fault(url)


def test_a_password_in_a_url_is_refused_and_not_repeated() -> None:
    said = base_url_fault("https://me:canary@api.vapi.ai")
    assert "password" in said
    assert "canary" not in said
