"""A manifest and the field table -> what rules look at: its parts, each value with its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from reconciler.checks.rules import RULES
from reconciler.documents import find_place
from reconciler.fields import Field, FieldTable, Provider, dotted
from reconciler.model import Diagnostic, Json, Manifest, Path, Place, State


@dataclass(frozen=True, slots=True)
class Context:
    """What manifests are checked against, beside each other.

    `schema` is the manifest schema as JSON values, `base_url` the API of the target, and
    `allowed_env` the glob patterns of the variables that manifests may read. `policies` are
    further JSON Schemas that every manifest must meet, by the name of their file.
    """

    schema: Mapping[str, Json]
    fields: FieldTable
    base_url: str = "https://api.vapi.ai"
    allowed_env: tuple[str, ...] = ()
    policies: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)


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
    nodes: tuple[Node, ...]

    def place(self, path: Path) -> Place:
        """Where `path`, from the manifest's root, was set."""
        return find_place(self.manifest.layers, path)

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
        return Diagnostic(severity, code, message, place, dotted(path), help_text, related)


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
        nodes=_nodes(spec, provider) if provider else (),
    )


def mapping(value: Json) -> Mapping[str, Json]:
    """`value` where it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def _nodes(spec: Mapping[str, Json], provider: Provider) -> tuple[Node, ...]:
    found: list[Node] = []
    _add_children(found, spec, provider.fields, None, ("spec",))
    return tuple(found)


def _add_children(
    found: list[Node],
    value: Mapping[str, Json],
    known: Mapping[str, Field],
    others: Field | None,
    path: Path,
) -> None:
    for key, child in value.items():
        field = known.get(key) or others
        if field:
            _add(found, Node((*path, key), child, field, value))


def _add(found: list[Node], node: Node) -> None:
    found.append(node)
    if isinstance(node.value, dict):
        field = node.field
        _add_children(found, node.value, field.properties, field.values, node.path)
    elif isinstance(node.value, list) and node.field.items:
        for index, item in enumerate(node.value):
            _add(found, Node((*node.path, index), item, node.field.items, {}))
