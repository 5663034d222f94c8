"""What is declared: a manifest as it was read, and as it is once everything in it is looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

from reconciler.model.values import Json, Path, Place

# Where each value of a document stands: the packed place of a scalar; of a mapping, its own place
# and then every key and the spot of its value, which takes half the memory of a dict; of a list,
# its own place and then the spots of its items. `documents/` packs and unpacks.
Spot: TypeAlias = "int | tuple[int | str | Spot, ...] | list[Spot]"


@dataclass(frozen=True, slots=True)
class Layer:
    """One document that had a say in a manifest: the file itself, then each overlay."""

    file: str
    spot: Spot


@dataclass(frozen=True, slots=True)
class Manifest:
    """A document that declares a number, as written: not yet known to be valid.

    `removed` are the paths that an overlay set to null, be there something to remove or not.
    """

    value: Mapping[str, Json]
    layers: tuple[Layer, ...]
    removed: tuple[Path, ...] = ()


class State(StrEnum):
    """A manifest declares a number, or is the tombstone of one."""

    PRESENT = "present"
    ABSENT = "absent"


class OnImmutableChange(StrEnum):
    """What to do where only a new number could take a changed value."""

    BLOCK = "block"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What a manifest allows to happen to its number."""

    state: State = State.PRESENT
    prevent_destroy: bool = False
    on_immutable_change: OnImmutableChange = OnImmutableChange.BLOCK
    ignore_changes: tuple[Path, ...] = ()


BindingField: TypeAlias = Literal["id", "number", "sipUri", "name"]


@dataclass(frozen=True, slots=True)
class Binding:
    """Which live number a manifest is: exactly one field and its value."""

    field: BindingField
    value: str


@dataclass(frozen=True, slots=True)
class Desired:
    """A valid manifest with every reference resolved: what the account should hold."""

    key: str
    provider: str
    spec: Mapping[str, Json]
    source: Place
    labels: Mapping[str, str] = field(default_factory=dict)
    previously: tuple[str, ...] = ()
    lifecycle: Lifecycle = Lifecycle()
    binding: Binding | None = None
    # Field paths whose secret could not be read here (`--no-secrets`), or whose name was not
    # looked up (`--offline`): not compared.
    unread: tuple[Path, ...] = ()
    # The documents that it was made from: where each of its values was set.
    layers: tuple[Layer, ...] = field(default=(), compare=False)
