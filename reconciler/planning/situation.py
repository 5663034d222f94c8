"""All that a plan is made from."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.fields import FieldTable
from reconciler.model import (
    Desired,
    Directory,
    DriftIgnored,
    IgnoreRule,
    Limits,
    Live,
    Lock,
    Ownership,
    Undeclared,
    Warned,
)


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a plan is made from.

    `selected` holds the keys that this run may touch, None for all; `former` are the manifests of
    an earlier revision (`--base`) that are gone now, and `doubts` what of it could not be read.
    `hold_drift` says that drift is only told: no change of a manifest takes some of it along.
    """

    target: str
    base_url: str
    created_at: str
    manifests_digest: str
    desired: tuple[Desired, ...]
    live: tuple[Live, ...]
    fields: FieldTable
    lock: Lock = Lock()
    directory: Directory = Directory()
    limits: Limits = Limits()
    ownership: Ownership = Ownership.SHARED
    undeclared: Undeclared = Undeclared.CLEAR
    ignore: tuple[IgnoreRule, ...] = ()
    selected: frozenset[str] | None = None
    former: tuple[Desired, ...] = ()
    doubts: tuple[Warned, ...] = ()
    ignored_drift: tuple[DriftIgnored, ...] = ()
    hold_drift: bool = False
