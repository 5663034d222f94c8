"""Where the API key may be sent."""

import pytest

from reconciler.checks.base_url import check_base_url


@pytest.mark.parametrize(
    "base_url",
    ["https://api.vapi.ai", "http://localhost:1/x", "http://[::1]:8787", "http://127.9.9.9"],
)
def test_https_and_loopback_are_safe(base_url: str) -> None:
    assert check_base_url(base_url) == ""


@pytest.mark.parametrize(
    ("base_url", "says"),
    [
        ("http://api.vapi.ai", "would send the API key in clear"),
        ("http://127.0.0.1.example.com", "would send the API key in clear"),
        ("http://10.0.0.1", "would send the API key in clear"),
        ("ftp://api.vapi.ai", "a base URL is https://HOST"),
        ("api.vapi.ai", "a base URL is https://HOST"),
        ("", "a base URL is https://HOST"),
        ("https://", "a base URL is https://HOST"),
        ("https://[::1", "a base URL is https://HOST"),
        ("https://api.vapi.ai:99999", "a base URL is https://HOST"),
        ("https://api.vapi.ai\n.example.com", "a base URL is https://HOST"),
        ("https://api.vapi.ai?key=canary", "a base URL is https://HOST"),
        ("https://me:canary@api.vapi.ai", "a base URL is https://HOST"),
        ("http://127.0.0.1@canary.example.com", "a base URL is https://HOST"),
    ],
)
def test_a_base_url_that_is_unsafe_is_refused_without_its_secrets(base_url: str, says: str) -> None:
    reason = check_base_url(base_url)
    assert says in reason
    assert "canary" not in reason
