"""An OpenAPI document -> the bodies of each provider, found by their shape.

Nothing is looked up by a component's name: what counts is which verb of `/phone-number` takes or
answers a body, and what the body's `provider` may say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.errors import InputError

COLLECTION: Final = "/phone-number"
MAX_NODES: Final = 100_000
_OF_NUMBERS: Final = (
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
)
# The bounds that mean something for a type of JSON.
BOUNDS: Final[Mapping[str, tuple[str, ...]]] = {
    "number": _OF_NUMBERS,
    "integer": _OF_NUMBERS,
    "string": ("minLength", "maxLength", "pattern"),
    "array": ("minItems", "maxItems"),
}
_MAX_HOPS: Final = 32
_ODD: Final = re.compile(r"[^A-Za-z0-9_-]")
_JSON_TYPES: Final = {bool: "boolean", str: "string", int: "number", float: "number"}


@dataclass(frozen=True, slots=True)
class Bodies:
    """What one provider's verbs take and answer: object schemas, references resolved at the top."""

    create: Mapping[str, Any]
    update: Mapping[str, Any]
    answer: Mapping[str, Any]

    def opened(self, names: Collection[str]) -> Bodies:
        """The same bodies, where the fields of these names take any value."""

        def open_to_all(body: Mapping[str, Any]) -> Mapping[str, Any]:
            fields = {
                name: {} if name in names else each for name, each in properties(body).items()
            }
            return {**body, "properties": fields}

        return Bodies(*map(open_to_all, (self.create, self.update, self.answer))) if names else self

    def only(self, name: str) -> Bodies:
        """Bodies with one of the fields, for what is to be found out of it."""

        def one(body: Mapping[str, Any]) -> Mapping[str, Any]:
            fields = {each: value for each, value in properties(body).items() if each == name}
            return {"properties": fields}

        return Bodies(*map(one, (self.create, self.update, self.answer)))


@dataclass(frozen=True, slots=True)
class _Variant:
    """One alternative of a body, and the providers that it says it is for (none: any)."""

    providers: tuple[str, ...]
    body: Mapping[str, Any]


class Description:
    """An OpenAPI document whose references can be followed, up to MAX_NODES of them."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._budget = MAX_NODES

    def refill(self) -> None:
        """Let MAX_NODES more references be followed."""
        self._budget = MAX_NODES

    @property
    def version(self) -> str:
        """The version that the document gives itself."""
        return str(_mapping(self._document.get("info")).get("version", ""))

    def bodies(self) -> dict[str, Bodies]:
        """The bodies by provider, in the order of the create body.

        Raises InputError where the document describes no creating of phone numbers.
        """
        item = self._item_path()
        creates = self._variants(self._request(COLLECTION, "post"))
        updates = self._variants(self._request(item, "patch"))
        answers = self._variants(self._answer(item, "get") or self._answer(COLLECTION, "post"))
        create = {name: each.body for each in creates for name in each.providers}
        if not create:
            raise InputError(
                f"the description does not say which providers POST {COLLECTION} takes",
                help="give an OpenAPI 3 document of the Vapi API",
            )
        return {
            name: Bodies(
                create=_of(name, body),
                update=_own(updates, name) or _known(_likest(updates, body), body),
                answer=_own(answers, name) or _likest(answers, body),
            )
            for name, body in create.items()
        }

    def resolve(self, schema: Mapping[str, Any], hops: int = _MAX_HOPS) -> Mapping[str, Any]:
        """The schema with what `$ref` and `allOf` bring in; what stands beside them wins.

        Raises InputError for a reference that leads nowhere, in a ring, or to too much.
        """
        self._budget -= 1
        if self._budget < 0:
            raise InputError(f"the description expands to more than {MAX_NODES} schemas")
        if "$ref" not in schema and "allOf" not in schema:
            return schema
        if hops == 0:
            raise InputError(f"the description refers to itself in a ring: {reference(schema)}")
        whole: dict[str, Any] = {}
        for part in self._parts(schema):
            whole = _joined(whole, self.resolve(part, hops - 1))
        beside = {key: each for key, each in schema.items() if key not in ("$ref", "allOf")}
        return _joined(whole, beside)

    def variants(
        self, schema: Mapping[str, Any], around: frozenset[str] = frozenset()
    ) -> list[Mapping[str, Any]]:
        """The alternatives of a union, or the schema itself, each still unresolved.

        Those of a union within it are its own; `around` are the components that it stands in.
        """
        resolved = self.resolve(schema)
        listed = union(resolved)
        if not listed:
            # Null equals absent, and is no alternative.
            return [] if around and resolved.get("type") in ("null", ["null"]) else [schema]
        inside = around | {str(reference(schema))}
        if len(inside) > _MAX_HOPS:
            raise InputError(f"the description has unions within {_MAX_HOPS} unions")
        known = [each for each in listed if reference(each) not in inside]
        return [each for one in known for each in self.variants(one, inside)]

    def _parts(self, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        if "$ref" in schema:
            yield self._find(str(schema["$ref"]))
        listed = schema.get("allOf", [])
        yield from (_mapping(each) for each in (listed if isinstance(listed, list) else []))

    def _find(self, target: str) -> Mapping[str, Any]:
        node: Any = self._document
        for step in target.removeprefix("#/").split("/"):
            node = _mapping(node).get(step.replace("~1", "/").replace("~0", "~"))
        if not target.startswith("#/") or not isinstance(node, Mapping):
            raise InputError(f"the description refers to {target}, which is not in it")
        return node

    def _variants(self, schema: Mapping[str, Any] | None) -> list[_Variant]:
        """The alternatives of a body. Until 2026-07 the update bodies had no `provider`."""
        if schema is None:
            return []
        mapped = _mapped(self.resolve(schema))
        found: list[_Variant] = []
        for variant in self.variants(schema):
            body = self.resolve(variant)
            listed = constants(self.resolve(properties(body).get("provider", {})))
            told = [each for each in listed if isinstance(each, str)]
            by_mapping = mapped.get(_last_step(reference(variant) or ""), [])
            found.append(_Variant(tuple(told or by_mapping), body))
        return found

    def _item_path(self) -> str:
        """The path of one number, whatever its parameter is called."""
        paths = _mapping(self._document.get("paths"))
        start = f"{COLLECTION}/{{"
        return next((p for p in paths if p.startswith(start) and p.find("/", len(start)) < 0), "")

    def _request(self, path: str, verb: str) -> Mapping[str, Any] | None:
        operation = self._operation(path, verb)
        return _json_schema(self.resolve(_mapping(operation.get("requestBody"))))

    def _answer(self, path: str, verb: str) -> Mapping[str, Any] | None:
        answers = _mapping(self._operation(path, verb).get("responses"))
        for status in sorted(answers):
            if status.startswith("2"):
                return _json_schema(self.resolve(_mapping(answers[status])))
        return None

    def _operation(self, path: str, verb: str) -> Mapping[str, Any]:
        paths = _mapping(self._document.get("paths"))
        return _mapping(_mapping(paths.get(path)).get(verb))


def properties(schema: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The properties of an object schema."""
    return {name: _mapping(each) for name, each in _mapping(schema.get("properties")).items()}


def union(schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The alternatives that a resolved schema lists; none where it is no union."""
    for keyword in ("oneOf", "anyOf"):
        listed = schema.get(keyword)
        if isinstance(listed, list) and listed:
            return [_mapping(each) for each in listed]
    return []


def named(kind: str, provider: str) -> str:
    """What is for one provider, by a name that may stand in a reference whatever it is called."""
    return f"{kind}-{_ODD.sub(lambda odd: f'.{ord(odd[0]):x}.', provider)}"


def reference(schema: Mapping[str, Any]) -> str | None:
    """Where a schema refers to, be it directly or by an `allOf` of one."""
    if isinstance(schema.get("$ref"), str):
        return str(schema["$ref"])
    parts = schema.get("allOf")
    if isinstance(parts, list) and len(parts) == 1 and isinstance(parts[0], Mapping):
        return reference(parts[0])
    return None


def constants(schema: Mapping[str, Any]) -> list[Any]:
    """The scalar values that a schema lists, where it does; null is none of them."""
    told = schema.get("enum")
    listed = [schema["const"]] if "const" in schema else told if isinstance(told, list) else []
    return [each for each in listed if type(each) in _JSON_TYPES]


def types(schema: Mapping[str, Any]) -> list[str]:
    """The JSON types that a resolved schema allows, without null; none where it does not say."""
    told = schema.get("type", [])
    found = [told] if isinstance(told, str) else told if isinstance(told, list) else []
    listed = list(dict.fromkeys(_JSON_TYPES[type(each)] for each in constants(schema)))
    if not found and "properties" in schema:
        return ["object"]
    return [each for each in found if each != "null"] or listed


def _own(variants: list[_Variant], provider: str) -> Mapping[str, Any]:
    return next((each.body for each in variants if provider in each.providers), {})


def _of(provider: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A create body that says whose it is, where only a discriminator said so."""
    if "provider" in properties(body):
        return body
    told = {"provider": {"type": "string", "enum": [provider]}}
    return {**body, "properties": {**told, **properties(body)}}


def _likest(variants: list[_Variant], body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of the variants that do not say whose they are, the one that shares most with `body`."""
    names = properties(body).keys()

    def likeness(candidate: Mapping[str, Any]) -> float:
        own = properties(candidate).keys()
        return len(own & names) / max(1, len(own | names))

    return max((each.body for each in variants if not each.providers), key=likeness, default={})


def _known(guess: Mapping[str, Any], body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A guessed body without what the provider's own body does not have."""
    own = properties(body)
    kept = {name: each for name, each in properties(guess).items() if name in own}
    return {**guess, "properties": kept}


def _mapped(union: Mapping[str, Any]) -> dict[str, list[str]]:
    """The last step of a reference -> the providers that a discriminator maps to it."""
    found: dict[str, list[str]] = {}
    for provider, target in _mapping(_mapping(union.get("discriminator")).get("mapping")).items():
        found.setdefault(_last_step(str(target)), []).append(provider)
    return found


def _joined(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Two parts of an `allOf` as one schema; the second wins."""
    whole = {**one, **other}
    if "properties" in one and "properties" in other:
        whole["properties"] = {**properties(one), **properties(other)}
    if "required" in one and "required" in other:
        whole["required"] = list(dict.fromkeys([*one["required"], *other["required"]]))
    return whole


def _json_schema(holder: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for media_type, content in _mapping(holder.get("content")).items():
        schema = _mapping(content).get("schema")
        if "json" in media_type and isinstance(schema, Mapping):
            return schema
    return None


def _last_step(target: str) -> str:
    return target.rpartition("/")[2]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
