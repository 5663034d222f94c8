"""A document as it was published -> the part that phone numbers need, whole and readable. Pure.

What the document gets wrong is repaired where its shape tells how (see `repair`), left out where
it has no meaning (see `keywords`), and left open where it cannot be read: such a schema takes any
value, and a note says which.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.schema.description import COLLECTION
from reconciler.schema.keywords import well_formed
from reconciler.schema.repair import repaired, with_prose_default, with_secrecy

MAX_NESTING: Final = 60
MAX_CHAIN: Final = 24
_PAGES: Final = f"/v2{COLLECTION}"
_SCHEMAS: Final = ("items", "additionalProperties", "not")
_FALLBACK: Final = "x-default"
_UNIONS: Final = ("allOf", "oneOf", "anyOf")


@dataclass(frozen=True, slots=True)
class Note:
    """Something about a description that a person should know, and where in it that is."""

    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def sound(
    document: Mapping[str, Any], *, mend: bool = True
) -> tuple[dict[str, Any], tuple[Note, ...]]:
    """The document without what phone numbers do not need, and what was done to the rest.

    With `mend`, its defects are repaired; without, it was mended before, and what came to it since
    is brought into shape. Takes any mapping and raises nothing.
    """
    return _Reader(document, mend=mend).read()


class _Reader:
    """Copies what is reachable from the phone-number paths, each component once."""

    def __init__(self, document: Mapping[str, Any], *, mend: bool) -> None:
        self._document = document
        self._mend = mend
        self._notes: dict[Note, None] = {}
        # What is still to be copied, and whether a schema refers to it, and so it is one.
        self._waiting: list[tuple[str, bool]] = []
        self._copied: dict[str, Any] = {}

    def read(self) -> tuple[dict[str, Any], tuple[Note, ...]]:
        paths = self._document.get("paths")
        kept = {
            path: self._any(item, path)
            for path, item in (paths.items() if isinstance(paths, Mapping) else ())
            if str(path).startswith((COLLECTION, _PAGES))
        }
        while self._waiting:
            target, is_schema = self._waiting.pop()
            if target not in self._copied:
                found, where = _find(self._document, target), target.rpartition("/")[2]
                copied = self._schema(found, where) if is_schema else self._any(found, where)
                self._copied[target] = copied
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
            return self._too_deep(where)
        if isinstance(value, list):
            return [self._any(each, where, depth + 1) for each in value]
        if not isinstance(value, Mapping):
            return value
        if isinstance(value.get("$ref"), str):
            return self._reference(value, where, is_schema=False)
        return {
            key: self._schema(each, where)
            if key == "schema" and isinstance(each, Mapping)
            else self._any(each, where, depth + 1)
            for key, each in value.items()
        }

    def _schema(self, value: Mapping[str, Any], where: str, depth: int = 0) -> dict[str, Any]:
        """A copy of a schema, without what in it cannot be read."""
        if depth > MAX_NESTING:
            return self._too_deep(where)
        found, said = well_formed(value)
        if self._mend:
            found, done = repaired(found)
            said += done
        for each in said:
            self._note(where, each)
        if _FALLBACK in found:
            fallback = found.pop(_FALLBACK)
            found.setdefault("default", fallback)
        for key in _SCHEMAS:
            if isinstance(found.get(key), Mapping):
                found[key] = self._schema(found[key], where, depth + 1)
        for key in _UNIONS:
            if key in found:
                found[key] = [self._schema(each, where, depth + 1) for each in found[key]]
        if "properties" in found:
            found["properties"] = dict(self._properties(found, where, depth))
        return self._reference(found, where, is_schema=True) if "$ref" in found else found

    def _properties(
        self, holder: Mapping[str, Any], where: str, depth: int
    ) -> Iterator[tuple[str, Any]]:
        needed = holder.get("required", ())
        for name, each in holder["properties"].items():
            at = f"{where}.{name}"
            if not isinstance(each, Mapping):
                self._note(at, "is no schema; left open")
                yield name, {}
                continue
            schema = self._schema(each, at, depth + 1)
            if self._mend and "$ref" not in schema:
                told = None if name in needed else with_prose_default(schema)
                if told:
                    schema, said = told
                    self._note(at, said)
                schema = dict(with_secrecy(str(name), schema))
            yield name, schema

    def _reference(self, value: Mapping[str, Any], where: str, *, is_schema: bool) -> Any:
        target = str(value["$ref"])
        if isinstance(_find(self._document, target), Mapping):
            self._waiting.append((target, is_schema))
            return dict(value)
        self._note(where, f"refers to {target}, which is not in the document; left open")
        return {key: each for key, each in value.items() if key != "$ref"}

    def _too_deep(self, where: str) -> dict[str, Any]:
        self._note(where, f"nested deeper than {MAX_NESTING} levels; left open")
        return {}

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


def _parts(schema: Any) -> list[dict[str, Any]]:
    """The mappings of a copied schema that are a reference to all of what it is."""
    if not isinstance(schema, dict):
        return []
    inner = schema.get("allOf")
    listed = [part for each in (inner if isinstance(inner, list) else []) for part in _parts(each)]
    return [schema, *listed] if isinstance(schema.get("$ref"), str) else listed


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
