"""A document as it was published -> the part that phone numbers need, whole and readable. Pure.

What the document gets wrong is repaired where its shape tells how (see `repair`), and left open
where it does not: a schema that cannot be read takes any value, and a note says which.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.schema.description import COLLECTION
from reconciler.schema.repair import repaired, with_prose_default, with_secrecy

MAX_NESTING: Final = 60
MAX_CHAIN: Final = 24
_PAGES: Final = f"/v2{COLLECTION}"
_SCHEMAS: Final = ("items", "additionalProperties", "not")
_UNIONS: Final = ("allOf", "oneOf", "anyOf")


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a description that a person should know, and where in it that is."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def sound(document: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """The document without what phone numbers do not need, and what was done to the rest.

    Takes any mapping and raises nothing.
    """
    return _Reader(document).read()


class _Reader:
    """Copies what is reachable from the phone-number paths, each component once."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._notes: dict[Note, None] = {}
        self._waiting: list[str] = []
        self._copied: dict[str, Any] = {}

    def read(self) -> tuple[dict[str, Any], tuple[Note, ...]]:
        paths = self._document.get("paths")
        kept = {
            path: self._any(item, path)
            for path, item in (paths.items() if isinstance(paths, Mapping) else ())
            if str(path).startswith((COLLECTION, _PAGES))
        }
        while self._waiting:
            target = self._waiting.pop()
            if target not in self._copied:
                found = _find(self._document, target)
                self._copied[target] = self._any(found, target.rpartition("/")[2])
        self._break_rings()
        result: dict[str, Any] = {
            key: self._document[key] for key in ("openapi", "info") if key in self._document
        }
        result["paths"] = kept
        for target in sorted(self._copied, key=lambda each: each.count("/")):
            _place(result, target, self._copied[target])
        return result, tuple(self._notes)

    def _any(self, value: Any, where: str, depth: int = 0) -> Any:
        """A copy of anything that an operation holds; the schemas in it are repaired."""
        if depth > MAX_NESTING:
            self._note(where, f"nested deeper than {MAX_NESTING} levels; left open")
            return {}
        if isinstance(value, list):
            return [self._any(each, where, depth + 1) for each in value]
        if not isinstance(value, Mapping):
            return value
        if isinstance(value.get("$ref"), str):
            return self._reference(value, where)
        if not _is_schema(value):
            return {key: self._any(each, where, depth + 1) for key, each in value.items()}
        return self._schema(value, where, depth)

    def _schema(self, value: Mapping[str, Any], where: str, depth: int) -> dict[str, Any]:
        found, done = repaired(value)
        for each in done:
            self._note(where, each)
        for key in _SCHEMAS:
            if isinstance(found.get(key), Mapping):
                found[key] = self._any(found[key], where, depth + 1)
        for key in _UNIONS:
            if isinstance(found.get(key), list):
                found[key] = self._any(found[key], where, depth + 1)
        if isinstance(found.get("properties"), Mapping):
            found["properties"] = dict(self._properties(found, where, depth))
        return found

    def _properties(
        self, holder: Mapping[str, Any], where: str, depth: int
    ) -> Iterator[tuple[str, Any]]:
        required = holder.get("required")
        needed = required if isinstance(required, list) else []
        for name, each in holder["properties"].items():
            at = f"{where}.{name}"
            if not isinstance(each, Mapping):
                self._note(at, "is no schema; left open")
                yield name, {}
                continue
            if isinstance(each.get("$ref"), str):
                yield name, self._reference(each, at)
                continue
            schema = self._schema(each, at, depth + 1)
            told = None if name in needed else with_prose_default(schema)
            if told:
                schema, said = told
                self._note(at, said)
            yield name, with_secrecy(str(name), schema)

    def _reference(self, value: Mapping[str, Any], where: str) -> dict[str, Any]:
        target = str(value["$ref"])
        if isinstance(_find(self._document, target), Mapping):
            self._waiting.append(target)
            return dict(value)
        self._note(where, f"refers to {target}, which is not in the document; left open")
        return {key: each for key, each in value.items() if key != "$ref"}

    def _break_rings(self) -> None:
        """Open every reference by which a component is nothing but itself again."""
        heights: dict[str, int] = {}
        for target in self._copied:
            self._height(target, (), heights)

    def _height(self, target: str, chain: tuple[str, ...], heights: dict[str, int]) -> int:
        """How many references in a row a component is; one that is too many is opened."""
        if target in heights:
            return heights[target]
        height, chain = 0, (*chain, target)
        for holder in _parts(self._copied[target]):
            inner = holder["$ref"]
            below = MAX_CHAIN if inner in chain or inner not in self._copied else 0
            if not below and len(chain) < MAX_CHAIN:
                below = self._height(inner, chain, heights) + 1
            if not below or len(chain) + below > MAX_CHAIN:
                where = target.rpartition("/")[2]
                self._note(where, f"refers to {inner} in a ring, or too far; left open")
                del holder["$ref"]
            else:
                height = max(height, below)
        heights[target] = height
        return height

    def _note(self, where: str, message: str) -> None:
        self._notes[Note(where, message)] = None


def _is_schema(value: Mapping[str, Any]) -> bool:
    """Whether a mapping is a schema that states something, and not a map of other things."""
    kind = value.get("type")
    stated = isinstance(kind, str | list) or isinstance(value.get("enum"), list)
    stated |= isinstance(value.get("properties"), Mapping)
    return stated or any(isinstance(value.get(key), list) for key in _UNIONS)


def _parts(schema: Any) -> list[dict[str, Any]]:
    """The mappings of a copied schema that are a reference to all of what it is."""
    if not isinstance(schema, dict):
        return []
    inner = schema.get("allOf")
    listed = [part for each in (inner if isinstance(inner, list) else []) for part in _parts(each)]
    return [schema, *listed] if "$ref" in schema else listed


def _find(document: Mapping[str, Any], target: str) -> Any:
    """What a reference within the document leads to; None where it leads nowhere."""
    if not target.startswith("#/"):
        return None
    node: Any = document
    for step in target.removeprefix("#/").split("/"):
        node = node.get(_unescaped(step)) if isinstance(node, Mapping) else None
    return node


def _place(document: dict[str, Any], target: str, value: Any) -> None:
    """Put a copy where it stood; what another copy holds there already is the same."""
    *outer, last = map(_unescaped, target.removeprefix("#/").split("/"))
    node: Any = document
    for step in outer:
        node = node.setdefault(step, {})
    node.setdefault(last, value)


def _unescaped(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")
