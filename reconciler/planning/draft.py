"""What a plan is made of before it has an order. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from reconciler.model import Blocked, Live, Operation, Warned


class Kind(Enum):
    """Why a call is made, as the limits count it."""

    CREATE = "creates"
    RECREATE = "recreates"
    CHANGE = "changes"
    REPLACE = "replaces"
    DELETE = "deletes"


@dataclass(frozen=True, slots=True)
class Draft:
    """An operation, numbered later; the live number it is about; whether a guard protects it."""

    kind: Kind
    operation: Operation
    live: Live | None = None
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Drafted:
    """What one number asks for: calls, what stands in their way, and what people should know."""

    drafts: tuple[Draft, ...] = ()
    blocked: tuple[Blocked, ...] = ()
    warnings: tuple[Warned, ...] = ()

    @property
    def unchanged(self) -> bool:
        """Whether the number is as it should be."""
        return not self.drafts and not self.blocked


def address_of(key: str) -> str:
    """What a plan calls the number of a manifest."""
    return f"PhoneNumber/{key}"
