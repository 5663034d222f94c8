"""YAML text, and keys by their names -> where the values of such keys stand. Pure.

Read from the events alone, so that a value is found however it is written. It is for hiding: what
cannot be read to its end counts as the value of the last such key.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import yaml
from yaml import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from reconciler.documents.build import MAX_DEPTH, event_source

# A line and a column, from 0.
Position = tuple[int, int]

_REFERENCES: Final = frozenset({"env", "file"})
# One such character, and libyaml reads nothing of the file.
_UNREADABLE: Final = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a text, from `start` to before `end`; None is the end of the text."""

    start: Position
    end: Position | None


@dataclass(frozen=True, slots=True)
class Found:
    """Where the values stand, and the line where reading stopped for a fault, if any did."""

    spans: tuple[Span, ...]
    stopped: int | None = None


def find_values(text: str, wanted: Callable[[str], bool], last: int) -> Found:
    """The spans of the values whose key is `wanted`, each from the end of its key.

    A value that is `{env: NAME}` or `{file: NAME}` and no more is none of them. What begins behind
    line `last` is not asked for.
    """
    reading = _Reading(wanted, last)
    try:
        reading.read(_UNREADABLE.sub("x", text))
    except _EnoughError:
        pass
    except (yaml.YAMLError, _TooDeepError):
        return Found((*reading.spans, *reading.unfinished()), reading.begun[0])
    return Found(tuple(reading.spans))


class _EnoughError(Exception):
    """What follows does not matter."""


class _TooDeepError(Exception):
    """What follows is not read: libyaml reads deep nesting in quadratic time."""


class _Reading:
    """Goes through the events of one text. Recursion is bounded by MAX_DEPTH."""

    def __init__(self, wanted: Callable[[str], bool], last: int) -> None:
        self.spans: list[Span] = []
        self.begun: Position = (0, 0)
        self._ended: Position = (0, 0)
        self._wanted = wanted
        self._last = last
        # The end of the wanted key whose value is being read.
        self._open: Position | None = None
        self._anchors: dict[str, tuple[Span, bool]] = {}

    def read(self, text: str) -> None:
        """Gather the spans. Raises yaml.YAMLError, _TooDeepError and _EnoughError."""
        self._next = event_source(text)
        while type(event := self._take()) is not StreamEndEvent:
            if type(event) is DocumentStartEvent:
                self._anchors.clear()
                self._node(self._take(), 1)

    def unfinished(self) -> list[Span]:
        """The value in which reading failed, or that the rest may belong to."""
        if self._open:
            return [Span(self._open, None)]
        is_next = self.spans and self.spans[-1].end == self._ended
        return [Span(self._ended, None)] if is_next else []

    def _take(self) -> Any:
        event = self._next()
        start, end = event.start_mark, event.end_mark
        self.begun, self._ended = (start.line, start.column), (end.line, end.column)
        # A value is read to its end, and an alias may repeat one that stands before.
        if start.line > self._last and self._open is None and not self._anchors:
            raise _EnoughError
        return event

    def _node(self, event: Any, depth: int) -> bool:
        """Read a node to its end; whether it is a reference and no more."""
        if depth > MAX_DEPTH:
            raise _TooDeepError
        kind, start, is_reference = type(event), self.begun, False
        if kind is AliasEvent:
            return self._alias(event.anchor)
        if kind is MappingStartEvent:
            is_reference = self._mapping(depth)
        elif kind is SequenceStartEvent:
            while type(item := self._take()) is not SequenceEndEvent:
                self._node(item, depth + 1)
        if event.anchor is not None:
            self._anchors[event.anchor] = (Span(start, self._ended), is_reference)
        return is_reference

    def _alias(self, name: str) -> bool:
        """What a wanted value repeats is one too, where it stands."""
        span, is_reference = self._anchors.get(name, (None, False))
        if span and self._open and not is_reference:
            self.spans.append(span)
        return is_reference

    def _mapping(self, depth: int) -> bool:
        pairs, is_reference = 0, False
        while type(key := self._take()) is not MappingEndEvent:
            self._node(key, depth + 1)
            end, is_text = self._ended, type(key) is ScalarEvent
            # A key that is written elsewhere may be any.
            is_wanted = self._wanted(key.value) if is_text else type(key) is AliasEvent
            # A value within another is a part of it.
            is_outermost = is_wanted and self._open is None
            if is_outermost:
                self._open = end
            value = self._take()
            is_read_elsewhere = self._node(value, depth + 1)
            if is_outermost:
                self._open = None
                if not is_read_elsewhere:
                    self.spans.append(Span(end, self._ended))
            pairs += 1
            is_reference = is_text and key.value in _REFERENCES and type(value) is ScalarEvent
        return pairs == 1 and is_reference
