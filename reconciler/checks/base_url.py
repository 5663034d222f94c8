"""A base URL -> why the API key may not be sent there, if anything speaks against it. Pure."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import Final

SAFE_URL: Final = "use https; http is for loopback only, as with reconciler sandbox"

_BASE_URL: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?:/[^\s?#]*)?"
)
_LAST_PORT: Final = 65535


def check_base_url(base_url: str) -> str:
    """What is wrong with a base URL, or "". No message holds more of it than scheme and host."""
    found = _BASE_URL.fullmatch(base_url)
    if found is None or int(found["port"] or 0) > _LAST_PORT:
        return "a base URL is https://HOST, with a port and a path where they are needed"
    if found["scheme"] == "https" or is_loopback(found["host"].strip("[]")):
        return ""
    return f"{found['scheme']}://{found['host']} would send the API key in clear"


def is_loopback(host: str) -> bool:
    """Whether a host, without brackets, is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
