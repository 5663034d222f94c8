"""The events of one YAML file -> its documents, each value with its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
    StreamEndEvent,
)

from reconciler.documents.places import COLUMN_BITS, follow, moved, unpack
from reconciler.documents.scalars import plain
from reconciler.errors import unbroken
from reconciler.model import Diagnostic, Json, Place, Severity, Spot

MAX_DEPTH: Final = 100
MAX_ALIASED_NODES: Final = 100_000


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its value, and where each part of it stands."""

    value: Json
    spot: Spot


class TooMuchError(yaml.YAMLError):
    """The rest of the file is not read; the reason has been told."""


class Builder:
    """Turns the events of one file into documents. Recursion is bounded by MAX_DEPTH."""

    __slots__ = (
        "_aliased",
        "_anchors",
        "_faults",
        "_file",
        "_height",
        "_lost",
        "_next",
        "_nodes",
        "_text_keys",
    )

    def __init__(
        self, data: bytes, file: str, faults: list[Diagnostic], *, text_keys: bool = False
    ) -> None:
        """Prepare for a file; with `text_keys` a whole number may be a key, and is its text."""
        self._next = event_source(data)
        self._text_keys = text_keys
        self._file = file
        self._faults = faults
        self._anchors: dict[str, _Anchored] = {}
        self._aliased = 0
        self._nodes = 0
        self._height = 0
        self._lost = False  # a value of the document at hand could not be read

    def documents(self) -> Iterator[Document]:
        """The documents, one after the other. Raises yaml.YAMLError."""
        while True:
            event = self._next()
            kind = type(event)
            if kind is StreamEndEvent:
                return
            if kind is DocumentStartEvent:
                self._anchors.clear()
                self._lost = False
                value, spot = self._node(self._next(), 1)
                if value is not None and not self._lost:
                    yield Document(value, spot)

    def _node(self, event: Any, depth: int) -> tuple[Json, Spot]:
        mark = event.start_mark
        place = mark.line << COLUMN_BITS | mark.column
        self._nodes += 1
        kind = type(event)
        if kind is ScalarEvent and event.tag is None and event.anchor is None:
            # Most nodes end here.
            return (self._scalar(event, place) if event.implicit[0] else event.value), place
        if kind is AliasEvent:
            return self._alias(event, depth, place)
        if event.tag is not None:
            # The tag may be the start of a password that nobody quoted: it is not shown.
            help_text = "remove the tag, or put a text that begins with ! in quotes"
            self._add("R004", "a tag is not allowed here", place, help_text)
        if kind is ScalarEvent:
            value = self._scalar(event, place)
            if event.anchor is not None:
                self._anchors[event.anchor] = _Anchored(value, place, 1, 0)
            return value, place
        return self._collection(event, depth, place)

    def _collection(self, event: Any, depth: int, place: int) -> tuple[Json, Spot]:
        if depth > MAX_DEPTH:
            # libyaml reads deep nesting in quadratic time: the rest is not read, not even to skip.
            self._faults.append(too_deep(unpack(place, self._file)))
            raise TooMuchError
        nodes, height = self._nodes, self._height
        self._height = depth
        build = self._mapping if type(event) is MappingStartEvent else self._sequence
        value, spot = build(depth, place)
        if event.anchor is not None:
            size = self._nodes - nodes + 1
            self._anchors[event.anchor] = _Anchored(value, spot, size, self._height - depth)
        self._height = max(self._height, height)
        return value, spot

    def _mapping(self, depth: int, own: int) -> tuple[Json, Spot]:
        value: dict[str, Json] = {}
        spots: list[Any] = [own]
        while True:
            event = self._next()
            if type(event) is MappingEndEvent:
                return value, tuple(spots)
            mark = event.start_mark
            place = mark.line << COLUMN_BITS | mark.column
            key = self._key(event, depth, place)
            child, spot = self._node(self._next(), depth + 1)
            if key is None:
                continue
            if key in value:
                self._duplicate(key, place, spots[spots.index(key) + 1])
                continue
            value[key] = child
            # A key's own place is what a reader looks for; its value stands beside it.
            spots += key, place if type(spot) is int else moved(spot, place)

    def _sequence(self, depth: int, own: int) -> tuple[Json, Spot]:
        value: list[Json] = []
        spots: list[Spot] = [own]
        while True:
            event = self._next()
            if type(event) is SequenceEndEvent:
                return value, spots
            child, spot = self._node(event, depth + 1)
            value.append(child)
            spots.append(spot)

    def _key(self, event: Any, depth: int, place: int) -> str | None:
        """The key as text, or None after telling why it cannot be one."""
        if type(event) is ScalarEvent and event.tag is None and event.anchor is None:
            self._nodes += 1
            key: Json = self._scalar(event, place)
        else:
            key, _ = self._node(event, depth + 1)
        if isinstance(key, str):
            return key
        if self._text_keys and type(key) is int:
            return str(event.value)
        shown = event.value if type(event) is ScalarEvent else "a list or mapping"
        self._add("R008", f"a key must be text, and {shown} is not", place, "put it in quotes")
        return None

    def _scalar(self, event: Any, place: int) -> Json:
        text: str = event.value
        if not event.implicit[0]:
            return text
        try:
            return plain(text)
        except ValueError:
            message = "this is a number that JSON cannot carry"
            self._lose("R009", message, place, "put it in quotes if it is text")
            return None

    def _alias(self, event: Any, depth: int, place: int) -> tuple[Json, Spot]:
        anchored = self._anchors.get(event.anchor)
        if anchored is None:
            message = "this alias has no finished anchor before it"
            self._lose("R005", message, place, "put a text that begins with * in quotes")
            return None, place
        self._aliased += anchored.nodes
        self._nodes += anchored.nodes
        self._height = max(self._height, depth + anchored.height)
        if self._aliased > MAX_ALIASED_NODES:
            message = f"aliases expand to more than {MAX_ALIASED_NODES} values"
            self._add("R005", message, place, "write the values out")
            raise TooMuchError
        if depth + anchored.height > MAX_DEPTH:
            self._lose("R006", f"nested deeper than {MAX_DEPTH} levels by an alias", place)
            return None, place
        return anchored.value, anchored.spot

    def _duplicate(self, key: str, place: int, first: Spot) -> None:
        packed, _ = follow(first, ())
        before = unpack(packed, self._file)
        message = f"key {key!r} stands twice in this mapping, first at line {before.line}"
        here = unpack(place, self._file)
        self._faults.append(fault("R003", message, here, "remove one of the two", (before,)))

    def _lose(self, code: str, message: str, place: int, help_text: str = "") -> None:
        self._lost = True
        self._add(code, message, place, help_text)

    def _add(self, code: str, message: str, place: int, help_text: str = "") -> None:
        self._faults.append(fault(code, message, unpack(place, self._file), help_text))


@dataclass(frozen=True, slots=True)
class _Anchored:
    value: Json
    spot: Spot
    nodes: int
    height: int


def fault(
    code: str, message: str, place: Place, help_text: str = "", related: tuple[Place, ...] = ()
) -> Diagnostic:
    """What is wrong with the text of a file."""
    return Diagnostic(
        Severity.ERROR, code, unbroken(message), place, help=help_text, related=related
    )


def too_deep(place: Place) -> Diagnostic:
    """That the values at `place` are nested beyond what is read."""
    return fault("R006", f"nested deeper than {MAX_DEPTH} levels", place)


def event_source(data: bytes | str) -> Callable[[], Any]:
    """The event stream of libyaml where PyYAML was built with it, PyYAML's own elsewhere."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    next_event: Callable[[], Any] = loader(data).get_event
    return next_event
