"""What the description says of a field: mutable, create-only, read-only, secret, unique… Pure.

The table is made by `schema build` from the OpenAPI description and its overlay; the nature of a
field falls out of the verbs whose bodies carry it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from functools import cached_property
from typing import Any, Final, Literal

from reconciler.errors import InputError, unbroken
from reconciler.model import Json, Path

FORMAT_VERSION: Final = "1.0"

_INDEX: Final = re.compile(r"\[([0-9]{1,9})\]")


class Verb(StrEnum):
    """The bodies in which a field may stand."""

    CREATE = "create"
    UPDATE = "update"
    ANSWER = "answer"


class Nature(Enum):
    """What a manifest can do with a field."""

    MUTABLE = "mutable"
    CREATE_ONLY = "create-only"
    READ_ONLY = "read-only"


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """One node of a provider's tree of fields; the variants of a union are merged.

    Two are the same only where they stand at one place of one table: a field may be a key.
    """

    name: str
    verbs: frozenset[Verb] = frozenset()
    types: frozenset[str] = frozenset()
    required: bool = False
    default: Json = None
    has_default: bool = False
    # Values that answers may show where nothing is set.
    shown_unset: tuple[Json, ...] = ()
    secret: Literal["", "always", "by-name"] = ""
    unique: bool = False
    reference: str = ""
    normal: str = ""
    identity: int = 0
    group: str = ""
    quota: int = 0
    purchase: bool = False
    # The values that there are, where all that the field takes is listed.
    choices: tuple[Json, ...] = ()
    # What a create or an update must keep to: `maxLength` and its like, to one value or several.
    bounds: Mapping[str, Json] = field(default_factory=dict)
    deprecated: bool = False
    properties: Mapping[str, Field] = field(default_factory=dict)
    items: Field | None = None
    values: Field | None = None

    @property
    def nature(self) -> Nature:
        """What falls out of the verbs."""
        if Verb.UPDATE in self.verbs:
            return Nature.MUTABLE
        return Nature.CREATE_ONLY if Verb.CREATE in self.verbs else Nature.READ_ONLY


@dataclass(frozen=True)
class Provider:
    """The fields of one provider, and the groups of which a create needs at least one."""

    name: str
    fields: Mapping[str, Field]
    require_one_of: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def writable(self) -> Mapping[str, Field]:
        """The fields that a create or an update takes."""
        return {
            name: each for name, each in self.fields.items() if each.nature is not Nature.READ_ONLY
        }

    @cached_property
    def identities(self) -> Mapping[int, Field]:
        """The fields that tell one number from another, by rank, the strongest first."""
        ranked = sorted((each.identity, name) for name, each in self.fields.items())
        return {rank: self.fields[name] for rank, name in ranked if rank}

    @cached_property
    def references(self) -> tuple[tuple[tuple[str, ...], str], ...]:
        """Where a body may refer to another resource: the path, and the kind of resource."""
        return tuple(_references(self.fields, ()))


@dataclass(frozen=True, slots=True)
class FieldTable:
    """The fields of every provider, as of one version of the description."""

    version: str
    providers: Mapping[str, Provider]


def with_default_name(spec: Mapping[str, Json], name: str, provider: Provider) -> dict[str, Json]:
    """A spec with `name` as its name, where it says none and the provider's numbers have one."""
    named = provider.fields.get("name")
    has_one = named is not None and named.nature is Nature.MUTABLE
    return {**spec, "name": name} if has_one and "name" not in spec else dict(spec)


def _references(
    fields: Mapping[str, Field], path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, each in fields.items():
        if each.reference:
            yield (*path, key), each.reference
        yield from _references(each.properties, (*path, key))


def value_at(value: Json, path: Sequence[str]) -> Json:
    """What stands at `path` below `value`; None where nothing does."""
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def read_field_table(value: Json) -> FieldTable:
    """The table of `fields.json`.

    Raises InputError for what is no field table, and for one of an unknown major version.
    """
    if not isinstance(value, Mapping) or "formatVersion" not in value:
        raise InputError("this is not a field table", help="make one with reconciler schema build")
    version = str(value["formatVersion"])
    if version.partition(".")[0] != FORMAT_VERSION.partition(".")[0]:
        raise InputError(
            f"the field table has format {version}, and this program reads {FORMAT_VERSION}",
            help="build it again with this version: reconciler schema build",
        )
    try:
        return _table(value)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise InputError(
            f"the field table is damaged: {type(error).__name__}: {error}",
            help="build it again: reconciler schema build",
        ) from error


def raise_if_unidentified(table: FieldTable) -> None:
    """Raise InputError for a provider whose numbers nothing tells apart: none can be matched."""
    for name, each in table.providers.items():
        if not each.identities:
            raise InputError(
                f"no field of provider {unbroken(name)} tells one number from another",
                help="let the overlay say x-identity of one, and build again with schema build",
            )


def field_at(provider: Provider, path: Path) -> Field | None:
    """The field that `path` leads to, through objects, maps and lists; None where there is none."""
    if not path or not isinstance(path[0], str):
        return None
    found = provider.fields.get(path[0])
    for step in path[1:]:
        if found is None:
            return None
        inside = found.properties.get(step) or found.values if isinstance(step, str) else None
        found = found.items if isinstance(step, int) else inside
    return found


def dotted(path: Path) -> str:
    """`('hooks', 0, 'do')` as people write it: `hooks[0].do`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def parse_path(text: str) -> Path:
    """`hooks[0].do` as the steps that lead there."""
    steps: list[str | int] = []
    for part in text.replace("[", ".[").split("."):
        if index := _INDEX.fullmatch(part):
            steps.append(int(index[1]))
        elif part:
            steps.append(part)
    return tuple(steps)


_Lists = Sequence[tuple[Json, ...]]


def _table(value: Mapping[str, Any]) -> FieldTable:
    lists = [tuple(each) for each in value.get("choices", ())]
    return FieldTable(
        version=value["version"],
        providers={name: _provider(name, each, lists) for name, each in value["providers"].items()},
    )


def _provider(name: str, value: Mapping[str, Any], lists: _Lists) -> Provider:
    fields = {
        each: _field(each, node, frozenset(), lists) for each, node in value["fields"].items()
    }
    groups = tuple(tuple(map(_name, each)) for each in value.get("requireOneOf", ()))
    return Provider(name, fields, groups)


def _name(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is no name of a field")
    return value


# What a key of a node must hold; a table is a file, and may have been edited.
_SHAPES: Final[Mapping[str, type]] = {
    **dict.fromkeys(("verbs", "types", "shownUnset"), list),
    **dict.fromkeys(("required", "unique", "purchase", "deprecated"), bool),
    **dict.fromkeys(("secret", "reference", "normal", "group"), str),
    **dict.fromkeys(("identity", "quota", "choices"), int),
    **dict.fromkeys(("bounds", "properties", "items", "values"), dict),
}


def _field(name: str, node: Mapping[str, Any], outer: frozenset[Verb], lists: _Lists) -> Field:
    """One node; where it tells no verbs of its own, they are those of the node around it."""
    for key, told in node.items():
        if not isinstance(told, _SHAPES.get(key, object)):
            raise TypeError(f"{name}.{key} is {told!r:.40}")
    verbs = frozenset(Verb(each) for each in node["verbs"]) if "verbs" in node else outer
    items, values = node.get("items"), node.get("values")
    return Field(
        name=name,
        verbs=verbs,
        types=frozenset(node["types"]),
        required=node.get("required", False),
        default=node.get("default"),
        has_default="default" in node,
        shown_unset=tuple(node.get("shownUnset", ())),
        secret=node.get("secret", ""),
        unique=node.get("unique", False),
        reference=node.get("reference", ""),
        normal=node.get("normal", ""),
        identity=node.get("identity", 0),
        group=node.get("group", ""),
        quota=node.get("quota", 0),
        purchase=node.get("purchase", False),
        choices=lists[node["choices"]] if "choices" in node else (),
        bounds=node.get("bounds", {}),
        deprecated=node.get("deprecated", False),
        properties={
            each: _field(each, child, verbs, lists)
            for each, child in node.get("properties", {}).items()
        },
        items=_field(name, items, verbs, lists) if items else None,
        values=_field(name, values, verbs, lists) if values else None,
    )
