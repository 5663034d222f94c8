"""A base URL -> why the API key may not be sent there, if anything speaks against it. Pure."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

SAFE_URL: Final = "use https; http is for loopback only, as with reconciler sandbox"


def base_url_fault(base_url: str) -> str:
    """Why requests cannot go to a base URL, or ""; what it may hold of a secret is not repeated."""
    if not base_url.isascii() or not base_url.isprintable() or " " in base_url:
        return "a base URL holds neither spaces nor odd characters"
    try:
        parts = urlsplit(base_url)
        port = parts.port
    except ValueError as error:
        return f"{base_url} is not a URL: {error}"
    if parts.username is not None:
        return "a base URL holds no user name or password"
    if parts.query or parts.fragment or port == 0:
        return f"{base_url} is more or less than scheme, host, port and path"
    if not _is_safe(parts):
        return f"{base_url} would send the API key in clear"
    return ""


def _is_safe(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and _is_here(host)))


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
