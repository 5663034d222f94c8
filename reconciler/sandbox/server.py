"""An ASGI application -> served on a port, until told to stop."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Thread
from typing import Final

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from reconciler.errors import InputError

# Seconds that calls in flight get once the server is told to stop.
_GRACE: Final = 2
_BACKLOG: Final = 1024


def serve(app: ASGIApp, host: str, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; calls `on_ready` with the URL once connections are taken.

    Port 0 picks a free one. Raises InputError if the port cannot be had.
    """
    listener = _listen(host, port)
    # Both signals end the server the same way: it was told to stop, and did.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _Server(app, lambda: on_ready(_url(listener))).run(sockets=[listener])
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
        listener.close()


@contextmanager
def running(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve on loopback in a thread, for as long as the context lasts; yields the URL."""
    listener = _listen("127.0.0.1", port)
    server = _Server(app, lambda: None)
    # The listener takes connections from here on; who comes early waits in its queue.
    thread = Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield _url(listener)
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


class _Server(uvicorn.Server):
    """A quiet server that tells when it has started."""

    def __init__(self, app: ASGIApp, on_ready: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                self._refusable(app),
                http=_Connection,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACE,
            )
        )
        self._on_ready = on_ready
        self._reopening: set[asyncio.Task[None]] = set()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    def _refusable(self, app: ASGIApp) -> ASGIApp:
        """Tell the application, in `scope["state"]["refuse"]`, how to take no connection."""

        async def with_refusal(scope: Scope, receive: Receive, send: Send) -> None:
            scope["state"]["refuse"] = self._refuse
            await app(scope, receive, send)

        return with_refusal

    def _refuse(self, seconds: float) -> None:
        """Close the port; who is connected stays so, and who comes is refused until it reopens."""
        addresses = [each.getsockname()[:2] for server in self.servers for each in server.sockets]
        for server in self.servers:
            server.close()
        self.servers = []
        task = asyncio.get_running_loop().create_task(self._reopen(addresses, seconds))
        self._reopening.add(task)
        task.add_done_callback(self._reopening.discard)

    async def _reopen(self, addresses: Sequence[tuple[str, int]], seconds: float) -> None:
        await asyncio.sleep(seconds)
        if addresses and not self.should_exit:
            await super().startup([_listen(host, port) for host, port in addresses])


class _Connection(H11Protocol):
    """Tells the application, in `scope["state"]["hang_up"]`, how to close its connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "hang_up": transport.close}


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only where the protocol is named does asyncio send without Nagle's delay of 40 ms a call.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        message = f"cannot listen on {host} port {port}: {error.strerror or error}"
        raise InputError(message, help="choose another --port; 0 picks a free one") from None
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
