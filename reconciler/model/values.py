"""Values that know where they stand, and a value that no text shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hmac import compare_digest
from typing import Self, TypeAlias

from reconciler.errors import unbroken

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


Path: TypeAlias = tuple[str | int, ...]


class Secret(str):
    """A value that no text shows: as a string it *is* `(sensitive)`, in JSON and pickle too.

    `reveal` gives the value, to the request body and the fingerprint alone; `origin` tells people
    where it came from (`env HOOK_TOKEN`). Two secrets are equal when their values are.
    """

    __slots__ = ("_value", "origin")

    SHOWN = "(sensitive)"

    _value: str
    origin: str

    def __new__(cls, value: str, origin: str = "") -> Self:
        """Hide `value`, which came from `origin`."""
        secret = super().__new__(cls, cls.SHOWN)
        secret._value = value
        secret.origin = origin
        return secret

    def reveal(self) -> str:
        """The value itself: for the request body only."""
        return self._value

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Secret):
            return compare_digest(self._value.encode(), other._value.encode())
        return False

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return self.SHOWN

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (self.SHOWN,)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file; lines and columns count from 1. As text it is `file:line:column`."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{unbroken(self.file)}:{self.line}:{self.column}"


class Severity(StrEnum):
    """An error fails the command; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault in a file, with its stable code (`docs/rules.md`) and the way out."""

    severity: Severity
    code: str
    message: str
    place: Place
    path: str = ""
    help: str = ""
    related: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Validation:
    """What `validate` found: how many manifests were read, and every fault in them."""

    manifests: int
    diagnostics: tuple[Diagnostic, ...]

    @property
    def valid(self) -> bool:
        """Whether nothing found is an error."""
        return all(each.severity is not Severity.ERROR for each in self.diagnostics)
