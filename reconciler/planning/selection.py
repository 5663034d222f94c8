"""`--selector` and `--only` -> the manifest keys that a run may touch. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from reconciler.errors import InputError
from reconciler.model import Desired, Lock


@dataclass(frozen=True, slots=True)
class Selection:
    """What a run is limited to: manifests with all `labels`, and those named in `only`.

    `partial` says that the manifests read are a part of the target's: the rest was not looked at.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    partial: bool = False


def selected_keys(
    selection: Selection, desired: Sequence[Desired], lock: Lock
) -> frozenset[str] | None:
    """The keys that are selected, None where nothing was said.

    `only` may also name a key of the lock whose manifest is gone. Raises InputError for a name
    that is neither.
    """
    if not selection.labels and not selection.only:
        return frozenset(each.key for each in desired) if selection.partial else None
    raise_if_unknown(selection, {each.key for each in desired} | set(lock.entries))
    fitting = {each.key for each in desired if has_labels(selection, each.labels)}
    if selection.only:
        named = set(selection.only)
        return frozenset(fitting & named if selection.labels else named)
    return frozenset(fitting)


def raise_if_unknown(selection: Selection, known: AbstractSet[str]) -> None:
    """Raise InputError for a name in `only` that no manifest has."""
    unknown = sorted(set(selection.only) - known)
    if unknown:
        raise InputError(
            f"--only {unknown[0]}: there is no manifest of that name",
            help="there are: " + ", ".join(sorted(known)),
        )


def has_labels(selection: Selection, labels: Mapping[str, str]) -> bool:
    """Whether a manifest with these labels has all that are selected by."""
    return selection.labels.items() <= dict(labels).items()
