"""A count of rows -> an account over HTTP, as lean as a server in Python gets. Its own process.

It lists in pages, patches after a latency, and tells what was asked of it. What it costs is not
what is measured, and so it does no more: no checks, no key, no other route.
"""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import ArgumentParser
from bisect import bisect_left
from dataclasses import dataclass, field
from time import monotonic
from typing import Any
from urllib.parse import parse_qs, urlsplit

from benchmarks.data import ASSISTANT, row


@dataclass
class _Account:
    """The rows, newest first, and the counts since the last reset."""

    rows: list[dict[str, Any]]
    latency: float
    page_latency: float
    requests: int = 0
    writes: int = 0
    first_write: float = 0.0
    last_answer: float = 0.0
    texts: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.ages = [_age(each["createdAt"]) for each in self.rows]
        self.positions = {each["id"]: index for index, each in enumerate(self.rows)}
        self.texts = [json.dumps(each).encode() for each in self.rows]

    def page(self, query: dict[str, list[str]]) -> bytes:
        limit = int(query.get("limit", ["100"])[0])
        oldest = query.get("createdAtLe")
        start = bisect_left(self.ages, _age(oldest[0])) if oldest else 0
        return b"[" + b",".join(self.texts[start : start + limit]) + b"]"

    def patch(self, number_id: str, body: bytes) -> bytes:
        self.writes += 1
        index = self.positions[number_id]
        text = json.dumps(self.rows[index] | json.loads(body)).encode()
        self.texts[index] = text
        return text

    def reset(self) -> bytes:
        """Undo all patches; tell what was asked since the last time."""
        told = {
            "requests": self.requests,
            "writes": self.writes,
            "writeSeconds": self.last_answer - self.first_write,
        }
        self.requests = self.writes = 0
        self.first_write = self.last_answer = 0.0
        self.texts = [json.dumps(each).encode() for each in self.rows]
        return json.dumps(told).encode()


def _age(created_at: str) -> tuple[int, ...]:
    """A key that sorts timestamps of one form from the newest to the oldest."""
    return tuple(-ord(each) for each in created_at)


async def _serve(account: _Account) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await _answer(account, head, reader, writer)
        except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def _answer(
    account: _Account, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    came = monotonic()
    request, *lines = head.decode("latin-1").lower().split("\r\n")
    lengths = [int(each.partition(":")[2]) for each in lines if each.startswith("content-length:")]
    body = await reader.readexactly(sum(lengths))
    method, target, _ = head.decode("latin-1").split(" ", 2)
    url = urlsplit(target)
    is_reset = request.startswith("post /reset")
    answer = b"[]"
    if is_reset:
        answer = account.reset()
    elif method == "PATCH":
        answer = account.patch(url.path.rpartition("/")[2], body)
        await asyncio.sleep(account.latency)
    elif url.path == "/assistant":
        answer = json.dumps([ASSISTANT]).encode()
    elif url.path == "/phone-number":
        answer = account.page(parse_qs(url.query))
        await asyncio.sleep(account.page_latency)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
    writer.write(b"Content-Length: %d\r\n\r\n" % len(answer) + answer)
    await writer.drain()
    if not is_reset:
        account.requests += 1
    if method == "PATCH":
        account.first_write = account.first_write or came
        account.last_answer = monotonic()


def main() -> None:
    """Serve until standard input ends; the port is the only line that is printed."""
    parser = ArgumentParser()
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds a patch takes")
    parser.add_argument("--page-latency", type=float, default=0.0, help="seconds a page takes")
    said = parser.parse_args()
    rows = [row(index) for index in range(said.rows)]
    asyncio.run(_serve(_Account(rows, said.latency, said.page_latency)))


if __name__ == "__main__":
    main()
