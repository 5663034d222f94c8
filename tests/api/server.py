"""A real HTTP server on loopback that answers as it is told, down to the wire."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

Handler = Callable[["Exchange"], None]


@dataclass
class Exchange:
    """One request, and the ways to answer it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    raw: BaseHTTPRequestHandler = field(repr=False)

    def answer(self, status: int, value: Any = None, **headers: str) -> None:
        self.text(status, json.dumps(value), "application/json", **headers)

    def text(self, status: int, text: str, kind: str = "text/html", **headers: str) -> None:
        data = text.encode()
        self.raw.send_response(status)
        self.raw.send_header("Content-Type", kind)
        self.raw.send_header("Content-Length", headers.pop("length", str(len(data))))
        for name, value in headers.items():
            self.raw.send_header(name.replace("_", "-"), value)
        self.raw.end_headers()
        self.raw.wfile.write(data)

    def hang_up(self) -> None:
        """Close the connection without a word more."""
        self.raw.close_connection = True
        self.raw.connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def serving(*script: Handler) -> Iterator[tuple[str, list[Exchange]]]:
    """Serve `script`, one handler a request, the last one for all further ones.

    Yields the URL and the list of requests as they come.
    """
    seen: list[Exchange] = []

    class Scripted(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        steps: ClassVar = list(script)

        def handle_one(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            exchange = Exchange(
                self.command, self.path, dict(self.headers), self.rfile.read(length), self
            )
            step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
            seen.append(exchange)
            step(exchange)

        do_GET = do_POST = do_PATCH = do_DELETE = do_CONNECT = handle_one  # noqa: N815 - fixed names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
