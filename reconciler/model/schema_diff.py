"""What moved between two descriptions, and what that means for manifests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from reconciler.model.values import Diagnostic, Json, Place


class FieldChangeKind(StrEnum):
    """What changed of a field between two descriptions of the API."""

    PROVIDER_NEW = "provider-new"
    PROVIDER_GONE = "provider-gone"
    FIELD_NEW = "field-new"
    FIELD_GONE = "field-gone"
    NATURE = "nature"
    TYPE = "type"
    REQUIRED = "required"
    DEFAULT = "default"
    DEPRECATED = "deprecated"
    SECRET = "secret"  # noqa: S105 - a word
    CHOICES = "choices"
    VALUE_NEW = "value-new"
    VALUE_GONE = "value-gone"
    BOUND = "bound"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One difference between two descriptions, and the providers for which it holds."""

    kind: FieldChangeKind
    path: str
    providers: tuple[str, ...] = ()
    before: Json = None
    after: Json = None


class Standing(StrEnum):
    """What a newer description means for a manifest."""

    STILL_VALID = "still-valid"
    NEWLY_INVALID = "newly-invalid"
    NEWLY_VALID = "newly-valid"
    STILL_INVALID = "still-invalid"


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a newer description means for one manifest; `faults` are those that it adds.

    `deprecated` are the fields that it uses and that are on their way out, with their places.
    """

    key: str
    place: Place
    standing: Standing
    faults: tuple[Diagnostic, ...] = ()
    deprecated: tuple[tuple[str, Place], ...] = ()


@dataclass(frozen=True, slots=True)
class SchemaDiff:
    """What changed between two descriptions, called by their names, and what that means."""

    before: str
    after: str
    changes: tuple[FieldChange, ...]
    consequences: tuple[Consequence, ...] = ()
    providers: tuple[str, ...] = ()

    @property
    def differs(self) -> bool:
        """Whether anything changed: a field, or what a manifest may hold."""
        changed = (Standing.NEWLY_INVALID, Standing.NEWLY_VALID)
        return bool(self.changes) or any(each.standing in changed for each in self.consequences)
