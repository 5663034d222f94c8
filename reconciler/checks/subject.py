"""A manifest and the field table -> what rules look at: its parts, and values with their fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeVar

from reconciler.checks.rules import RULES
from reconciler.documents import find_place
from reconciler.errors import unbroken
from reconciler.fields import Field, FieldTable, Provider, dotted
from reconciler.model import Diagnostic, Json, Manifest, Path, Place, Policy, Reach, State

Said = TypeVar("Said")
_NESTED: Final = (dict, list)


@dataclass(frozen=True, slots=True)
class Context:
    """What manifests are checked against, beside each other.

    `schema` is the manifest schema as JSON values, `base_url` the API of the target, and `reach`
    what its manifests may read. `policies` are further JSON Schemas that every manifest must meet.
    """

    schema: Mapping[str, Json]
    fields: FieldTable
    base_url: str = "https://api.vapi.ai"
    reach: Reach = Reach()
    policies: tuple[Policy, ...] = ()


class Node(NamedTuple):
    """A value within `spec`, the field that describes it, and the mapping that holds it."""

    path: Path
    value: Json
    field: Field
    parent: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Subject:
    """A manifest that need not be valid: a part of the wrong shape is empty here."""

    manifest: Manifest
    name: str
    released: bool
    spec: Mapping[str, Json]
    binding: Mapping[str, Json]
    provider: Provider | None

    def place(self, path: Path) -> Place:
        """Where `path`, from the manifest's root, was set."""
        return find_place(self.manifest.layers, path)

    def own_place(self, path: Path) -> Place:
        """Where the manifest itself says `path`, whatever lies over it."""
        return find_place(self.manifest.layers[:1], path)

    def fault(
        self,
        code: str,
        message: str,
        path: Path,
        help_text: str = "",
        related: tuple[Place, ...] = (),
    ) -> Diagnostic:
        """A fault of this manifest at `path`."""
        severity = RULES[code].severity
        place = self.place(path)
        return Diagnostic(
            severity, code, unbroken(message), place, dotted(path), help_text, related
        )


def subject_of(manifest: Manifest, fields: FieldTable) -> Subject:
    """Take a manifest apart. Never raises, whatever the manifest holds."""
    spec = mapping(manifest.value.get("spec"))
    provider_name = spec.get("provider")
    provider = fields.providers.get(provider_name) if isinstance(provider_name, str) else None
    name = mapping(manifest.value.get("metadata")).get("name")
    lifecycle = mapping(manifest.value.get("lifecycle"))
    return Subject(
        manifest=manifest,
        name=name if isinstance(name, str) else "",
        released=lifecycle.get("state") == State.ABSENT,
        spec=spec,
        binding=mapping(manifest.value.get("binding")),
        provider=provider,
    )


def mapping(value: Json) -> Mapping[str, Json]:
    """`value` where it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


class OfField(dict[Field, Said]):
    """What a function says of a field, asked once a field."""

    def __init__(self, say: Callable[[Field], Said]) -> None:
        super().__init__()
        self._say = say

    def __missing__(self, field: Field) -> Said:
        said = self[field] = self._say(field)
        return said


def nodes_of(subject: Subject, wanted: Mapping[Field, object]) -> list[Node]:
    """The values of the spec whose field is `wanted`, and those that may be read from elsewhere."""
    found: list[Node] = []

    def look_into(
        value: Mapping[str, Json], known: Mapping[str, Field], others: Field | None, path: Path
    ) -> None:
        for key, child in value.items():
            field = known.get(key) or others
            # Most values are texts that nobody asks about.
            if field and (isinstance(child, _NESTED) or wanted[field]):
                look_at(child, field, (*path, key), value)

    def look_at(value: Json, field: Field, path: Path, parent: Mapping[str, Json]) -> None:
        if wanted[field] or (isinstance(value, dict) and ("env" in value or "file" in value)):
            found.append(Node(path, value, field, parent))
        if isinstance(value, dict):
            look_into(value, field.properties, field.values, path)
        elif isinstance(value, list) and field.items:
            for index, item in enumerate(value):
                look_at(item, field.items, (*path, index), {})

    if subject.provider:
        look_into(subject.spec, subject.provider.fields, None, ("spec",))
    return found
