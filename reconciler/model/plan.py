"""What is to be done: operations in order, and what stands beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from reconciler.model.account import Live
from reconciler.model.values import Json, Place


class Action(StrEnum):
    """The three calls that write."""

    CREATE = "create"
    PATCH = "patch"
    DELETE = "delete"


class Reason(StrEnum):
    """Why an operation is in the plan."""

    DECLARED = "declared"
    DRIFTED = "drifted"
    CHANGED = "changed"
    REMOVED = "removed"
    TOMBSTONE = "tombstone"
    UNOWNED = "unowned"
    REPLACE = "replace"
    VACATE = "vacate"


@dataclass(frozen=True, slots=True)
class Change:
    """One field that moves. A sensitive change never carries its values."""

    path: str
    before: Json
    after: Json
    sensitive: bool = False
    # What a reader should know of it, and the names behind ids: `Support bot (4f2c1d…)`.
    note: str = ""
    before_name: str = ""
    after_name: str = ""


@dataclass(frozen=True, slots=True)
class Precondition:
    """What a live number must still look like when the operation runs."""

    updated_at: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One call: `body` is what it sends (secrets still `Secret`), and never leaves the process."""

    id: str
    action: Action
    address: str
    provider: str
    live_id: str | None
    reason: Reason
    changes: tuple[Change, ...] = ()
    requires: tuple[str, ...] = ()
    precondition: Precondition | None = None
    source: Place | None = None
    label: str = ""
    body: Mapping[str, Json] = field(default_factory=dict)


# How the help of every limit begins, and that of no other guard.
RAISES_A_LIMIT: Final = "--max-"


@dataclass(frozen=True, slots=True)
class Blocked:
    """What a guard refuses, and in `help` the flag or line that lets it pass."""

    address: str
    guard: str
    message: str
    help: str = ""

    @property
    def counted(self) -> bool:
        """Whether a limit refuses it, which a flag may raise.

        The guard `recreate` is that for a number that vanished, and not for a manifest that looks
        renamed.
        """
        return self.help.startswith(RAISES_A_LIMIT)


@dataclass(frozen=True, slots=True)
class Warned:
    """Something a person should know that stops nothing."""

    address: str
    message: str


@dataclass(frozen=True, slots=True)
class Unhealthy:
    """A managed number that does not serve calls."""

    address: str
    status: Literal["activating", "blocked", "incomplete"]


@dataclass(frozen=True, slots=True)
class Summary:
    """The plan in numbers; a replace is one replace, one create and one delete."""

    create: int = 0
    patch: int = 0
    delete: int = 0
    replace: int = 0
    unchanged: int = 0
    blocked: int = 0
    unmanaged: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """The ordered operations that turn live into desired, and what stands beside them."""

    target: str
    base_url: str
    org_id: str | None
    created_at: str
    manifests_digest: str
    operations: tuple[Operation, ...]
    blocked: tuple[Blocked, ...]
    unmanaged: tuple[Live, ...]
    warnings: tuple[Warned, ...]
    health: tuple[Unhealthy, ...]
    summary: Summary
    manifests: int = 0
    live: int = 0
    # Manifest key to the id of the live number that it is, for the lock.
    bindings: Mapping[str, str] = field(default_factory=dict)
    # Manifest key to the ids of the numbers that were replaced and are not released yet.
    leaving: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # Manifest keys of the lock that nobody declares and no live number has.
    forgotten: frozenset[str] = frozenset()
    # Manifest keys whose change waits for drift that is only told: it was not applied.
    waiting: frozenset[str] = frozenset()


class Outlook(StrEnum):
    """What manifests and lock let expect, before any account was asked."""

    NEW = "new"
    CHANGED = "changed"
    RELEASED = "released"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Expected:
    """What is to be expected of one number, and why."""

    address: str
    outlook: Outlook
    why: str
    source: Place | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Forecast:
    """What can be said without the account: not a plan, and never that nothing is to do.

    `locked` is how many numbers the lock knows; `not_compared` are addresses and field paths whose
    value stands behind a name or a secret.
    """

    target: str
    base_url: str
    manifests: int
    locked: int
    expected: tuple[Expected, ...]
    not_compared: tuple[tuple[str, str], ...]
