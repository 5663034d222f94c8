"""YAML 1.2 text -> values that know line and column. Pure; the only importer of `yaml`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import yaml

from reconciler.errors import InputError
from reconciler.model import Diagnostic, Json, Layer, Path, Place, Severity, Spot

MAX_BYTES: Final = 100_000_000
MAX_DEPTH: Final = 100
MAX_ALIASED_NODES: Final = 100_000

_COLUMN_BITS: Final = 27  # a file of MAX_BYTES may be one line
_COLUMN_MASK: Final = (1 << _COLUMN_BITS) - 1


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document: its value, and where each part of it stands."""

    value: Json
    spot: Spot


@dataclass(frozen=True, slots=True)
class Parsed:
    """The documents of one file, and all faults found on the way.

    Empty documents are left out, and so are those with a value that could not be read: what else
    is said of them would be about values that nobody wrote.
    """

    documents: tuple[Document, ...]
    diagnostics: tuple[Diagnostic, ...]


def read_documents(data: bytes, file: str, *, max_bytes: int = MAX_BYTES) -> Parsed:
    """Read all documents of one file. `file` is the name that places carry.

    Faults inside a document are all told and the reading goes on; a syntax error ends the file,
    and so do nesting and aliases without bound.
    """
    faults: list[Diagnostic] = []
    if len(data) > max_bytes:
        message = f"the file is larger than {max_bytes // 1_000_000} MB"
        faults.append(_fault("R001", message, Place(file, 1, 1), "split it into several files"))
        return Parsed((), tuple(faults))
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        place = _place_at(data, error.start, file)
        message = f"byte 0x{data[error.start]:02x} is not valid UTF-8"
        faults.append(_fault("R001", message, place, "save the file as UTF-8"))
        return Parsed((), tuple(faults))
    builder = _Builder(data.removeprefix(b"\xef\xbb\xbf"), file, faults)
    documents: list[Document] = []
    try:
        for document in builder.documents():
            documents.append(document)  # noqa: PERF402 - those before a syntax error are kept
    except _TooMuchError:
        pass
    except yaml.YAMLError as error:
        faults.append(_syntax_fault(error, data, file))
    return Parsed(tuple(documents), tuple(faults))


def read_plain(data: bytes, file: str, *, max_bytes: int = 50_000_000) -> Json:
    """The value of a file that holds one document (JSON is YAML too), without places.

    Raises InputError with the first fault.
    """
    parsed = read_documents(data, file, max_bytes=max_bytes)
    if parsed.diagnostics:
        first = parsed.diagnostics[0]
        where = f"{first.place.file}:{first.place.line}:{first.place.column}"
        raise InputError(f"{where}: {first.message}", help=first.help)
    if len(parsed.documents) > 1:
        raise InputError(f"{file}: one document is expected, {len(parsed.documents)} were found")
    return parsed.documents[0].value if parsed.documents else None


def find_place(layers: Sequence[Layer], path: Path) -> Place:
    """Where `path` was set: the last layer that reaches deepest along it."""
    best = Place(layers[0].file, 1, 1)
    depth = -1
    for layer in layers:
        packed, reached = _follow(layer.spot, path)
        if reached >= depth:
            best, depth = _unpack(packed, layer.file), reached
    return best


def _follow(spot: Spot, path: Path) -> tuple[int, int]:
    """The packed place of the deepest part of `path` that exists here, and its depth."""
    found: Any = spot
    reached = 0
    for step in path:
        if isinstance(found, tuple) and isinstance(step, str) and step in found:
            found = found[found.index(step) + 1]
        elif isinstance(found, list) and isinstance(step, int) and step + 1 < len(found):
            found = found[step + 1]
        else:
            break
        reached += 1
    return (found if isinstance(found, int) else found[0]), reached


def _unpack(packed: int, file: str) -> Place:
    return Place(file, (packed >> _COLUMN_BITS) + 1, (packed & _COLUMN_MASK) + 1)


def _fault(
    code: str, message: str, place: Place, help_text: str = "", related: tuple[Place, ...] = ()
) -> Diagnostic:
    return Diagnostic(Severity.ERROR, code, message, place, help=help_text, related=related)


# --- scalars: the core schema of YAML 1.2 ---------------------------------------------------------

_WORDS: Final[Mapping[str, Json]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_STARTS_A_NUMBER: Final = frozenset("+-.0123456789")
_INTEGER: Final = re.compile(r"[-+]?[0-9]+\Z")
_BASED: Final = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")
_MAX_DIGITS: Final = 300


@lru_cache(maxsize=4096)  # keys and choices recur: each is told once, and kept once
def _plain(text: str) -> Json:
    """The value of an unquoted scalar. Raises ValueError for a number that JSON cannot carry."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _STARTS_A_NUMBER:
        return text
    if _INTEGER.match(text) or _BASED.match(text):
        if len(text) > _MAX_DIGITS:
            raise ValueError(text)
        return int(text) if _INTEGER.match(text) else int(text, 0)
    if _FLOAT.match(text):
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(text)
        return number
    if _NOT_FINITE.match(text):
        raise ValueError(text)
    return text


# --- the builder ----------------------------------------------------------------------------------


def _event_source(data: bytes) -> Callable[[], Any]:
    """The event stream of libyaml where PyYAML was built with it, PyYAML's own elsewhere."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    next_event: Callable[[], Any] = loader(data).get_event
    return next_event


def _moved(spot: Spot, place: int) -> Spot:
    """The spot of the same value, said to stand at `place`."""
    match spot:
        case tuple():
            return (place, *spot[1:])
        case list():
            return [place, *spot[1:]]
        case _:
            return place


@dataclass(frozen=True, slots=True)
class _Anchored:
    value: Json
    spot: Spot
    nodes: int
    height: int


class _Builder:
    """Turns the events of one file into documents. Recursion is bounded by MAX_DEPTH."""

    __slots__ = ("_aliased", "_anchors", "_faults", "_file", "_height", "_lost", "_next", "_nodes")

    def __init__(self, data: bytes, file: str, faults: list[Diagnostic]) -> None:
        self._next = _event_source(data)
        self._file = file
        self._faults = faults
        self._anchors: dict[str, _Anchored] = {}
        self._aliased = 0
        self._nodes = 0
        self._height = 0
        self._lost = False  # a value of the document at hand could not be read

    def documents(self) -> Iterator[Document]:
        while True:
            event = self._next()
            kind = type(event)
            if kind is yaml.StreamEndEvent:
                return
            if kind is yaml.DocumentStartEvent:
                self._anchors.clear()
                self._lost = False
                value, spot = self._node(self._next(), 1)
                if value is not None and not self._lost:
                    yield Document(value, spot)

    def _node(self, event: Any, depth: int) -> tuple[Json, Spot]:
        mark = event.start_mark
        place = mark.line << _COLUMN_BITS | mark.column
        self._nodes += 1
        kind = type(event)
        if kind is yaml.ScalarEvent and event.tag is None and event.anchor is None:
            # Most nodes end here.
            return (self._scalar(event, place) if event.implicit[0] else event.value), place
        if kind is yaml.AliasEvent:
            return self._alias(event, depth, place)
        if event.tag is not None:
            # The tag may be the start of a password that nobody quoted: it is not shown.
            help_text = "remove the tag, or put a text that begins with ! in quotes"
            self._add("R004", "a tag is not allowed here", place, help_text)
        if kind is yaml.ScalarEvent:
            value = self._scalar(event, place)
            if event.anchor is not None:
                self._anchors[event.anchor] = _Anchored(value, place, 1, 0)
            return value, place
        return self._collection(event, depth, place)

    def _collection(self, event: Any, depth: int, place: int) -> tuple[Json, Spot]:
        if depth > MAX_DEPTH:
            # libyaml reads deep nesting in quadratic time: the rest is not read, not even to skip.
            self._faults.append(_too_deep(_unpack(place, self._file)))
            raise _TooMuchError
        nodes, height = self._nodes, self._height
        self._height = depth
        build = self._mapping if type(event) is yaml.MappingStartEvent else self._sequence
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
            if type(event) is yaml.MappingEndEvent:
                return value, tuple(spots)
            mark = event.start_mark
            place = mark.line << _COLUMN_BITS | mark.column
            key = self._key(event, depth, place)
            child, spot = self._node(self._next(), depth + 1)
            if key is None:
                continue
            if key in value:
                self._duplicate(key, place, spots[spots.index(key) + 1])
                continue
            value[key] = child
            # A key's own place is what a reader looks for; its value stands beside it.
            spots += key, _moved(spot, place)

    def _sequence(self, depth: int, own: int) -> tuple[Json, Spot]:
        value: list[Json] = []
        spots: list[Spot] = [own]
        while True:
            event = self._next()
            if type(event) is yaml.SequenceEndEvent:
                return value, spots
            child, spot = self._node(event, depth + 1)
            value.append(child)
            spots.append(spot)

    def _key(self, event: Any, depth: int, place: int) -> str | None:
        """The key as text, or None after telling why it cannot be one."""
        if type(event) is yaml.ScalarEvent and event.tag is None and event.anchor is None:
            self._nodes += 1
            key: Json = self._scalar(event, place)
        else:
            key, _ = self._node(event, depth + 1)
        if isinstance(key, str):
            return key
        shown = event.value if type(event) is yaml.ScalarEvent else "a list or mapping"
        self._add("R008", f"a key must be text, and {shown} is not", place, "put it in quotes")
        return None

    def _scalar(self, event: Any, place: int) -> Json:
        text: str = event.value
        if not event.implicit[0]:
            return text
        try:
            return _plain(text)
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
            raise _TooMuchError
        if depth + anchored.height > MAX_DEPTH:
            self._lose("R006", f"nested deeper than {MAX_DEPTH} levels by an alias", place)
            return None, place
        return anchored.value, anchored.spot

    def _duplicate(self, key: str, place: int, first: Spot) -> None:
        packed, _ = _follow(first, ())
        before = _unpack(packed, self._file)
        message = f"key {key!r} stands twice in this mapping, first at line {before.line}"
        here = _unpack(place, self._file)
        self._faults.append(_fault("R003", message, here, "remove one of the two", (before,)))

    def _lose(self, code: str, message: str, place: int, help_text: str = "") -> None:
        self._lost = True
        self._add(code, message, place, help_text)

    def _add(self, code: str, message: str, place: int, help_text: str = "") -> None:
        self._faults.append(_fault(code, message, _unpack(place, self._file), help_text))


# --- syntax errors --------------------------------------------------------------------------------


class _TooMuchError(yaml.YAMLError):
    """The rest of the file is not read; the reason has been told."""


def _too_deep(place: Place) -> Diagnostic:
    return _fault("R006", f"nested deeper than {MAX_DEPTH} levels", place)


def _syntax_fault(error: yaml.YAMLError, data: bytes, file: str) -> Diagnostic:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        message = str(error.problem or "the text is not YAML")
        mark, lines = error.problem_mark, data.splitlines()
        if mark.line >= len(lines) and error.context_mark is not None:
            # What was opened and never closed says more than the end of the file.
            mark, message = error.context_mark, f"{message} {error.context}"
        place = Place(file, mark.line + 1, mark.column + 1)
        if "nesting depth" in message:
            # libyaml reads ahead, and newer ones have a bound of their own.
            return _too_deep(place)
        # libyaml knows more line breaks than these: the line may not be there.
        indent = b"".join(lines[mark.line : mark.line + 1])
        if "cannot start any token" in message and b"\t" in indent:
            return _fault("R002", "a tab cannot indent", place, "indent with spaces")
        return _fault("R002", f"not valid YAML: {message}", place)
    position = getattr(error, "position", 0)
    place = _place_at(data, position, file)
    return _fault("R002", "a control character is not allowed here", place, "remove it")


def _place_at(data: bytes, offset: int, file: str) -> Place:
    before = data[:offset]
    line_start = before.rfind(b"\n") + 1
    column = len(before[line_start:].decode("utf-8", "replace")) + 1
    return Place(file, before.count(b"\n") + 1, column)
