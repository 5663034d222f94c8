"""News -> whoever is to hear them, by the URLs that apprise knows.

A URL may hold a token, so none is ever repeated: they are told apart by their number.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.errors import InputError
from reconciler.report.news import Mood
from reconciler.report.words import count

if TYPE_CHECKING:
    from apprise import Apprise

# Between two URLs that are given in one text: apprise parts them so, too.
_BETWEEN: Final = re.compile(r"[\s,;]+(?=[a-z0-9]{1,32}://)", re.IGNORECASE)
_MOST_AT_ONCE: Final = 8
# What a URL says of messages that are too long for its service.
_OVERFLOW: Final = re.compile(r"[?&]overflow=", re.IGNORECASE)
# Characters of a message: of the services that people read Discord takes fewest, 2,000 in all.
_MOST_CHARACTERS: Final = 1_500


@dataclass(frozen=True, slots=True)
class Message:
    """What one URL is told."""

    title: str
    lines: Sequence[str]
    mood: Mood


class Notifier:
    """Sends news to some URLs, each by its number, which counts from 1 in the order given."""

    def __init__(self, given: Sequence[str]) -> None:
        """Prepare; nothing is sent. Raises InputError for a URL that no service has."""
        from apprise import Apprise, OverflowMode  # noqa: PLC0415 - only where somebody is told

        self._services: dict[int, Apprise] = {}
        urls = (url for text in given for url in _BETWEEN.split(text.strip()))
        for number, url in enumerate(urls, 1):
            service = Apprise()
            if not service.add(url):
                raise InputError(
                    f"--notify: URL {number} is none that can be notified",
                    help="see https://github.com/caronc/apprise/wiki for the form of each service",
                )
            if not _OVERFLOW.search(url):
                # A service that takes less would refuse it, now and with all that is owed later.
                for each in service:
                    each.overflow_mode = OverflowMode.SPLIT
            self._services[number] = service

    @property
    def numbers(self) -> Sequence[int]:
        """The numbers of all URLs."""
        return tuple(self._services)

    def send(self, messages: Mapping[int, Message]) -> frozenset[int]:
        """Send to each URL its own message; the numbers of those that could not be told."""
        if not messages:
            return frozenset()
        with warnings.catch_warnings(), ThreadPoolExecutor(_MOST_AT_ONCE) as pool:
            # What is warned of names the host.
            warnings.simplefilter("ignore")
            told = pool.map(self._send, messages.keys(), messages.values())
            return frozenset(
                number for number, is_told in zip(messages, told, strict=True) if not is_told
            )

    def _send(self, number: int, message: Message) -> bool:
        from apprise import NotifyType  # noqa: PLC0415 - only where somebody is to be told

        kinds = {
            "failure": NotifyType.FAILURE,
            "success": NotifyType.SUCCESS,
            "info": NotifyType.INFO,
        }
        return bool(
            self._services[number].notify(
                body=fitting(message.lines),
                title=message.title,
                notify_type=kinds[message.mood],
                body_format="text",
            )
        )


def fitting(lines: Sequence[str], most: int = _MOST_CHARACTERS) -> str:
    """The latest lines that fit into `most` characters, below how many were left out.

    One that does not fit by itself is cut.
    """
    whole = "\n".join(lines)
    if len(whole) <= most:
        return whole
    *earlier, last = lines
    room = most - (len(_left_out(len(earlier))) + 1 if earlier else 0)
    kept = [last if len(last) <= room else f"{last[: room - 1]}…"]
    room -= len(kept[0])
    while earlier and len(earlier[-1]) < room:
        kept.insert(0, earlier.pop())
        room -= len(kept[0]) + 1
    return "\n".join([_left_out(len(earlier)), *kept] if earlier else kept)


def _left_out(number: int) -> str:
    return f"({count(number, 'earlier line')} left out)"
