"""Metrics -> a page to scrape, and a page that says whether passes still happen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from socket import AF_INET6, IPPROTO_IPV6, IPV6_V6ONLY, has_dualstack_ipv6
from socketserver import ThreadingMixIn
from threading import Thread
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from reconciler.errors import InputError

if TYPE_CHECKING:
    from reconciler.unattended.metrics import Metrics

Start = Callable[[str, list[tuple[str, str]]], Any]


def serve_metrics(metrics: Metrics, port: int, *, stale_after: float) -> None:
    """Serve `/metrics` and `/healthz` on all interfaces, in a thread that ends with the process.

    By IPv6 and IPv4, or by IPv4 where there is no other. Nothing else is there. `/healthz` answers
    503 once no pass has ended for `stale_after` seconds, however it ended, be it by leaving the
    target to another run. Raises InputError where the port cannot be had.
    """
    from prometheus_client import make_wsgi_app  # noqa: PLC0415 - slow to load

    page = make_wsgi_app(metrics.registry())
    begun = time.time()

    def app(environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/metrics":
            answer: Iterable[bytes] = page(environ, start)
            return answer
        if environ["PATH_INFO"] != "/healthz":
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b"there are /metrics and /healthz\n"]
        alive = time.time() - max(begun, metrics.last_pass()) < stale_after
        start("200 OK" if alive else "503 Service Unavailable", [("Content-Type", "text/plain")])
        return [b"ok\n" if alive else b"no pass has ended for too long\n"]

    try:
        # Asked before, not tried: a port that another has for IPv6 alone is not to be had in part.
        kind = _Both if has_dualstack_ipv6() else _Server
        server = make_server("", port, app, kind, _Silent)
    except OSError as error:
        message = f"cannot listen on port {port}: {error.strerror}"
        raise InputError(message, help="choose another --metrics-port") from None
    Thread(target=server.serve_forever, daemon=True).start()


class _Server(ThreadingMixIn, WSGIServer):
    """One slow scraper does not hold up another."""

    daemon_threads = True


class _Both(_Server):
    """IPv6, and IPv4 by it, whatever the system's default is."""

    address_family = AF_INET6

    def server_bind(self) -> None:
        """Listen on both."""
        self.socket.setsockopt(IPPROTO_IPV6, IPV6_V6ONLY, 0)
        super().server_bind()


class _Silent(WSGIRequestHandler):
    """Scrapes are no news."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""
