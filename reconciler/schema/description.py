"""An OpenAPI document -> the bodies of each provider, found by their shape.

Nothing is looked up by a component's name: what counts is which verb of `/phone-number` takes or
answers a body, and what the body's `provider` may say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.errors import InputError

COLLECTION: Final = "/phone-number"
ITEM: Final = "/phone-number/{id}"
MAX_NODES: Final = 200_000
_MAX_HOPS: Final = 32


@dataclass(frozen=True, slots=True)
class Bodies:
    """What one provider's verbs take and answer: object schemas, references resolved at the top."""

    create: Mapping[str, Any]
    update: Mapping[str, Any]
    answer: Mapping[str, Any]


class Description:
    """An OpenAPI document whose references can be followed; a ring of them is an InputError."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self._budget = MAX_NODES

    @property
    def version(self) -> str:
        """The version that the document gives itself."""
        return str(_mapping(self._document.get("info")).get("version", ""))

    def bodies(self) -> dict[str, Bodies]:
        """The bodies by provider, in the order of the create body.

        Raises InputError where the document describes no creating of phone numbers.
        """
        create = self._variants(self._request(COLLECTION, "post"))
        update = self._variants(self._request(ITEM, "patch"))
        answer = self._variants(self._answer(ITEM, "get") or self._answer(COLLECTION, "post"))
        providers = [provider for provider in create if provider]
        if not providers:
            raise InputError(f"the description says of no provider what POST {COLLECTION} takes")
        return {
            each: Bodies(
                create=create[each],
                update=update.get(each) or update.get("") or {},
                answer=answer.get(each) or answer.get("") or {},
            )
            for each in providers
        }

    def resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """Follow `$ref` and an `allOf` of one, keeping what stands beside them.

        Raises InputError for a reference that leads nowhere, in a ring, or to too much.
        """
        self._budget -= 1
        if self._budget < 0:
            raise InputError(f"the description expands to more than {MAX_NODES} schemas")
        for _ in range(_MAX_HOPS):
            target = reference(schema)
            if target is None:
                return schema
            beside = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
            schema = {**self._find(target), **beside}
        raise InputError("the description refers to itself in a ring: " + str(target))

    def variants(self, schema: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """The alternatives of a union, or the schema itself, each still unresolved."""
        resolved = self.resolve(schema)
        union = resolved.get("oneOf") or resolved.get("anyOf")
        return [_mapping(each) for each in union] if isinstance(union, list) else [schema]

    def properties(self, schema: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
        """The properties of an object schema."""
        return {name: _mapping(each) for name, each in _mapping(schema.get("properties")).items()}

    def _variants(self, schema: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
        """The variants of a body by provider; "" for one that serves every provider."""
        if schema is None:
            return {}
        found: dict[str, Mapping[str, Any]] = {}
        for variant in self.variants(schema):
            body = self.resolve(variant)
            provider = self.resolve(self.properties(body).get("provider", {}))
            for name in constants(provider) or [""]:
                found[name] = body
        return found

    def _request(self, path: str, verb: str) -> Mapping[str, Any] | None:
        operation = self._operation(path, verb)
        return _json_schema(self.resolve(_mapping(operation.get("requestBody"))))

    def _answer(self, path: str, verb: str) -> Mapping[str, Any] | None:
        answers = _mapping(self._operation(path, verb).get("responses"))
        for status in sorted(answers):
            if str(status).startswith("2"):
                return _json_schema(self.resolve(_mapping(answers[status])))
        return None

    def _operation(self, path: str, verb: str) -> Mapping[str, Any]:
        paths = _mapping(self._document.get("paths"))
        return _mapping(_mapping(paths.get(path)).get(verb))

    def _find(self, target: str) -> Mapping[str, Any]:
        node: Any = self._document
        for step in target.removeprefix("#/").split("/"):
            node = _mapping(node).get(step.replace("~1", "/").replace("~0", "~"))
        if not target.startswith("#/") or not isinstance(node, Mapping):
            raise InputError(f"the description refers to {target}, which is not in it")
        return node


def reference(schema: Mapping[str, Any]) -> str | None:
    """Where a schema refers to, be it directly or by an `allOf` of one."""
    if isinstance(schema.get("$ref"), str):
        return str(schema["$ref"])
    parts = schema.get("allOf")
    if isinstance(parts, list) and len(parts) == 1 and isinstance(parts[0], Mapping):
        return reference(parts[0])
    return None


def constants(schema: Mapping[str, Any]) -> list[str]:
    """The texts that a schema allows, where it lists them."""
    if isinstance(schema.get("const"), str):
        return [schema["const"]]
    listed = schema.get("enum")
    return [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []


def _json_schema(holder: Mapping[str, Any]) -> Mapping[str, Any] | None:
    content = _mapping(_mapping(holder.get("content")).get("application/json"))
    schema = content.get("schema")
    return schema if isinstance(schema, Mapping) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
