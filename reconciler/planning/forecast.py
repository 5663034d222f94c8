"""Desired and Lock, and no account -> what a plan would have to look at. Pure.

| desired   | lock                   | outlook  |                                            |
| yes       | no                     | new      | created, unless the account holds it       |
| yes       | remembers another spec | changed  | patched, unless someone did it elsewhere   |
| yes       | remembers this spec    |          | nothing, unless someone changed it since   |
| yes       | remembers only the id  | unknown  | nothing can be said                        |
| tombstone | yes                    | released | its number goes                            |
| tombstone | no                     | unknown  | released, where the account holds it       |
| no        | yes                    | released | its number goes                            |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.fields import FieldTable, Nature, Provider, dotted
from reconciler.model import (
    Change,
    Desired,
    Expected,
    Forecast,
    Json,
    Lock,
    LockEntry,
    Outlook,
    Path,
    Secret,
    State,
    Undeclared,
    Warned,
)
from reconciler.planning.draft import address_of
from reconciler.planning.hiding import shown
from reconciler.planning.match import lock_entry
from reconciler.planning.memory import applied_spec
from reconciler.planning.secrecy import fingerprint, secrets_in


@dataclass(frozen=True, slots=True)
class OfflineSituation:
    """All that a forecast is made from.

    `selected` holds the keys that this run may touch, None for all; `former` are the manifests of
    an earlier revision (`--base`) that are gone now, and `doubts` what of it could not be read.
    """

    target: str
    base_url: str
    desired: tuple[Desired, ...]
    fields: FieldTable
    lock: Lock
    undeclared: Undeclared = Undeclared.CLEAR
    selected: frozenset[str] | None = None
    former: tuple[Desired, ...] = ()
    doubts: tuple[Warned, ...] = ()


def make_forecast(known: OfflineSituation) -> Forecast:
    """Say what manifests and lock let expect, and which values they cannot tell of."""
    chosen = [each for each in known.desired if _is_selected(known, each.key)]
    expected = [each for desired in chosen if (each := _declared(known, desired))]
    expected += [*_gone(known), *_former(known)]
    return Forecast(
        target=known.target,
        base_url=known.base_url,
        manifests=len(known.desired),
        locked=len(known.lock.entries),
        expected=tuple(sorted(expected, key=lambda each: each.address)),
        not_compared=tuple(
            (address_of(each.key), dotted(path)) for each in chosen for path in each.unread
        ),
    )


def _is_selected(known: OfflineSituation, key: str) -> bool:
    return known.selected is None or key in known.selected


def _declared(known: OfflineSituation, desired: Desired) -> Expected | None:
    """What a manifest lets expect; None where the lock remembers just what it says."""
    entry = lock_entry(desired, known.lock)
    address, source = address_of(desired.key), desired.source
    if desired.lifecycle.state is State.ABSENT:
        if entry:
            return Expected(address, Outlook.RELEASED, "declared absent", source)
        why = "declared absent, and not in the lock: released, where the account holds it"
        return Expected(address, Outlook.UNKNOWN, why, source)
    if entry is None:
        why = "not in the lock: created, unless the account holds it already"
        if desired.binding:
            binding = desired.binding
            why = f"not in the lock, and bound to {binding.field} {binding.value}: not looked for"
        return Expected(address, Outlook.NEW, why, source)
    if not entry.applied:
        why = "in the lock, which does not remember what was applied"
        return Expected(address, Outlook.UNKNOWN, why, source)
    changes = tuple(_changes(known, desired, entry))
    if changes:
        return Expected(address, Outlook.CHANGED, "not what was last applied", source, changes)
    return None


def _gone(known: OfflineSituation) -> Iterator[Expected]:
    """Numbers of the lock whose manifest is gone."""
    declared = {key for each in known.desired for key in (each.key, *each.previously)}
    for key in known.lock.entries.keys() - declared:
        if _is_selected(known, key):
            yield Expected(address_of(key), Outlook.RELEASED, "its manifest is gone")


def _former(known: OfflineSituation) -> Iterator[Expected]:
    """Manifests of the earlier revision that the lock knows nothing of."""
    for each in known.former:
        if each.key not in known.lock.entries and each.lifecycle.state is State.PRESENT:
            why = "its manifest is gone: released, where the account holds it"
            yield Expected(address_of(each.key), Outlook.RELEASED, why)
    for doubt in known.doubts:
        yield Expected(doubt.address, Outlook.UNKNOWN, doubt.message)


def _changes(known: OfflineSituation, desired: Desired, entry: LockEntry) -> Iterator[Change]:
    """What a manifest says now and did not say when it was last applied, or the other way round."""
    if desired.provider != entry.provider:
        yield Change("provider", entry.provider, desired.provider, note=_ONCE)
        return
    provider = known.fields.providers[desired.provider]
    before = dict(_leaves(entry.applied, ()))
    after = dict(_leaves(applied_spec(desired.spec, provider), ()))
    for path in sorted(before.keys() | after.keys(), key=dotted):
        kept = known.undeclared is Undeclared.KEEP and path not in after
        if before.get(path) != after.get(path) and not kept and not _is_left(path, desired):
            fixed = provider.fields[str(path[0])].nature is Nature.CREATE_ONLY
            note = _ONCE if fixed else ""
            change = Change(dotted(path), before.get(path), after.get(path), note=note)
            # What an earlier version wrote into the lock may hold credentials.
            yield shown(change, frozenset())
    yield from _changed_secrets(known, desired, entry, provider)


_ONCE = "given once, at creation"


def _changed_secrets(
    known: OfflineSituation, desired: Desired, entry: LockEntry, provider: Provider
) -> Iterator[Change]:
    """Secrets that stand in the manifest itself, by their fingerprints."""
    for name, field in provider.fields.items():
        for path, value in secrets_in(desired.spec.get(name), field, (name,)):
            mark = entry.secrets.get(dotted(path))
            same = mark and mark.fingerprint == fingerprint(known.lock.salt, value)
            if mark and not same and not _is_left(path, desired):
                yield Change(dotted(path), Secret.SHOWN, Secret.SHOWN, sensitive=True)


def _leaves(value: Json, path: Path) -> Iterator[tuple[Path, Json]]:
    """Every value below objects; a list is one value."""
    if isinstance(value, Mapping) and value:
        for key, child in value.items():
            yield from _leaves(child, (*path, key))
    else:
        yield path, value


def _is_left(path: Path, desired: Desired) -> bool:
    """Whether a value is the live side's, or could not be read here."""
    ignored = any(path[: len(each)] == each for each in desired.lifecycle.ignore_changes)
    return ignored or any(_overlap(path, each) for each in desired.unread)


def _overlap(one: Sequence[object], other: Sequence[object]) -> bool:
    shorter = min(len(one), len(other))
    return tuple(one[:shorter]) == tuple(other[:shorter])
