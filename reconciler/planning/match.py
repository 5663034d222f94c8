"""Desired, Live and Lock -> which number is which. Pure, deterministic and total.

The order is binding, lock, then the identities that the description ranks (sipUri, number, name).
A replace that was cut short comes before the lock: its new number may be there already.
What a stronger step has claimed, a weaker one does not see. Every ambiguity is a fault that names
the candidates and the lines of YAML that settle it; nothing is ever guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from json import dumps

from reconciler.errors import unbroken
from reconciler.fields import Field, FieldTable
from reconciler.model import Binding, Desired, Json, Live, Lock, LockEntry, State
from reconciler.planning.diff import compare
from reconciler.planning.hiding import Hiding
from reconciler.planning.normal import normal
from reconciler.planning.secrecy import revealed


@dataclass(frozen=True, slots=True)
class Matching:
    """Who is who. `pairs` holds each manifest that has a number, by manifest key.

    `orphans` are locked numbers that still exist although their manifest is gone, by old key;
    `vanished` are keys whose locked number is gone and that match nothing else; `leaving` are
    numbers that were replaced and never released, by key; `faults` are messages for people: with
    any of them there is no plan.
    """

    pairs: Mapping[str, Live] = field(default_factory=dict)
    orphans: Mapping[str, Live] = field(default_factory=dict)
    vanished: frozenset[str] = frozenset()
    leaving: Mapping[str, tuple[Live, ...]] = field(default_factory=dict)
    faults: tuple[str, ...] = ()


def match(
    desired: Sequence[Desired], live: Sequence[Live], lock: Lock, fields: FieldTable
) -> Matching:
    """Find the number of every manifest, or say why that cannot be decided."""
    search = _Search(desired, live, lock, fields)
    search.by_binding()
    search.by_replacement()
    search.by_lock()
    for rank in search.ranks():
        search.by_identity(rank)
    return search.result()


def lock_entry(desired: Desired, lock: Lock) -> LockEntry | None:
    """What the lock knows of a manifest, under its key or an earlier one."""
    for key in (desired.key, *desired.previously):
        if key in lock.entries:
            return lock.entries[key]
    return None


class _Search:
    """The claims made so far; each step only adds to them."""

    def __init__(
        self, desired: Sequence[Desired], live: Sequence[Live], lock: Lock, fields: FieldTable
    ) -> None:
        self._desired = sorted(desired, key=lambda each: each.key)
        self._live = {each.id: each for each in sorted(live, key=lambda each: each.id)}
        self._lock = lock
        self._hiding = Hiding(fields, lock, desired)
        self._fields = fields
        self._pairs: dict[str, Live] = {}
        self._claims: dict[str, Desired] = {}
        self._settled: set[str] = set()
        self._faults: list[str] = []
        known = {key for each in desired for key in (each.key, *each.previously)}
        self._undeclared = {
            key: entry for key, entry in sorted(lock.entries.items()) if key not in known
        }
        self._orphans = {
            key: self._live[entry.id]
            for key, entry in self._undeclared.items()
            if entry.id in self._live
        }
        self._replaced = {number for entry in lock.entries.values() for number in entry.replaced}

    def ranks(self) -> list[int]:
        """The ranks of identity that the description gives, strongest first."""
        known = (each.identities for each in self._fields.providers.values())
        return sorted({rank for identities in known for rank in identities})

    def by_binding(self) -> None:
        """A binding is an order: it finds exactly one number or it is a fault."""
        wanted = [(each, each.binding) for each in self._desired if each.binding]
        found = {each.key: list(self._bound(binding)) for each, binding in wanted}
        for each, binding in wanted:
            candidates = found[each.key]
            if not candidates and each.lifecycle.state is State.PRESENT:
                self._fault(
                    each,
                    f"is bound to {binding.field} {unbroken(binding.value)}, which no live "
                    "number has; correct the binding, or remove it to create one",
                )
            self._settled.add(each.key)
        self._claim_all(found)

    def by_replacement(self) -> None:
        """A create that landed just before a run was killed is known by what it was to be."""
        locked = {entry.id for entry in self._lock.entries.values()}
        found: dict[str, list[Live]] = {}
        for each in self._open():
            entry = lock_entry(each, self._lock)
            if entry is None or entry.replacing is None or self._fits(each, entry.id):
                continue
            known = locked | self._replaced | set(entry.replacing) | self._claims.keys()
            successors = [
                live
                for live in self._live.values()
                if live.id not in known and self._alike(each, live) and self._fits(each, live.id)
            ]
            if successors:
                found[each.key] = successors
        self._claim_all(found)

    def by_lock(self) -> None:
        """The lock binds by id; one whose number is gone leaves the manifest to be matched."""
        found: dict[str, list[Live]] = {}
        for each in self._open():
            entry = lock_entry(each, self._lock)
            if entry and entry.id in self._live:
                found[each.key] = [self._live[entry.id]]
        self._claim_all(found)

    def by_identity(self, rank: int) -> None:
        """Match what is still open by the value of one identity, within one provider."""
        index: dict[tuple[str, Json], list[Live]] = defaultdict(list)
        spoken_for = {each.id for each in self._orphans.values()} | self._replaced
        for each in self._live.values():
            if each.id not in self._claims and each.id not in spoken_for:
                value = self._identity(each.provider, each.body, rank)
                if value is not None:
                    index[each.provider, value].append(each)
        found: dict[str, list[Live]] = {}
        for desired in self._open():
            values = (index.get((desired.provider, each)) for each in self._known_by(desired, rank))
            if candidates := next(filter(None, values), None):
                found[desired.key] = candidates
        self._claim_all(found)

    def result(self) -> Matching:
        claimed = self._claims.keys()
        return Matching(
            pairs=self._pairs,
            orphans={key: each for key, each in self._orphans.items() if each.id not in claimed},
            vanished=frozenset(
                each.key
                for each in self._open()
                if each.lifecycle.state is State.PRESENT and self._has_vanished(each)
            ),
            leaving=dict(self._leaving()),
            faults=tuple(self._faults),
        )

    def _has_vanished(self, desired: Desired) -> bool:
        """Whether the number of a manifest is gone, and not because we were replacing it."""
        entry = lock_entry(desired, self._lock)
        return entry is not None and entry.replacing is None

    def _leaving(self) -> Iterator[tuple[str, tuple[Live, ...]]]:
        """By key, the numbers that were replaced, and are there still."""
        for each in self._desired:
            if entry := lock_entry(each, self._lock):
                pair = self._pairs.get(each.key)
                succeeded = entry.replacing is not None and pair is not None
                yield from self._left(each.key, entry, [entry.id] if succeeded else [])
        for key, entry in self._undeclared.items():
            yield from self._left(key, entry, [])

    def _left(
        self, key: str, entry: LockEntry, more: Sequence[str]
    ) -> Iterator[tuple[str, tuple[Live, ...]]]:
        numbers = (
            self._live[each]
            for each in (*entry.replaced, *more)
            if each in self._live and each not in self._claims
        )
        if left := tuple(numbers):
            yield key, left

    def _alike(self, desired: Desired, live: Live) -> bool:
        """Whether a number has every identity that its manifest declares."""
        if desired.provider != live.provider:
            return False
        values = (
            (rank, self._identity(desired.provider, desired.spec, rank)) for rank in self.ranks()
        )
        return all(
            value is None or value == self._identity(live.provider, live.body, rank)
            for rank, value in values
        )

    def _fits(self, desired: Desired, number_id: str) -> bool:
        """Whether a live number can become what its manifest says without being replaced."""
        live = self._live.get(number_id)
        if live is None:
            return False
        return not compare(desired, live, self._fields.providers[desired.provider]).fixed

    def _open(self) -> Iterator[Desired]:
        return (each for each in self._desired if each.key not in self._settled)

    def _bound(self, binding: Binding) -> Iterator[Live]:
        if binding.field == "id":
            yield from filter(None, [self._live.get(binding.value)])
            return
        for each in self._live.values():
            described = self._fields.providers.get(each.provider)
            known = described.fields.get(binding.field) if described else None
            held = each.body.get(binding.field)
            if known and held and normal(held, known) == normal(binding.value, known):
                yield each

    def _known_by(self, desired: Desired, rank: int) -> Iterator[Json]:
        """What the number of a manifest is known by at this rank, and at the last what it was.

        A number is called as its manifest is unless that says otherwise, so that one whose
        manifest was renamed and that no lock remembers may still be called by an earlier key.
        """
        yield self._identity(desired.provider, desired.spec, rank)
        known = self._identity_field(desired.provider, rank)
        if known and rank == self.ranks()[-1]:
            yield from (normal(each, known) for each in desired.previously)

    def _identity(self, provider: str, values: Mapping[str, Json], rank: int) -> Json:
        known = self._identity_field(provider, rank)
        value = values.get(known.name) if known else None
        # A value that was not read is empty text, and tells no number from another.
        text = revealed(value) if isinstance(value, str) else ""
        return normal(text, known) if known and text else None

    def _identity_field(self, provider: str, rank: int) -> Field | None:
        described = self._fields.providers.get(provider)
        return described.identities.get(rank) if described else None

    def _claim_all(self, found: Mapping[str, list[Live]]) -> None:
        """Claim what one step found, and tell what it found twice."""
        by_key = {each.key: each for each in self._desired}
        claimants: dict[str, list[Desired]] = defaultdict(list)
        for key, candidates in found.items():
            self._settled.add(key)
            if len(candidates) > 1:
                self._fault(by_key[key], _several(map(self._hiding.seen, candidates)))
            elif candidates:
                claimants[candidates[0].id].append(by_key[key])
        for number, new in claimants.items():
            earlier = self._claims.get(number)
            claiming = [*new, earlier] if earlier else new
            if len(claiming) > 1:
                self._faults.append(_contested(self._hiding.seen(self._live[number]), claiming))
                continue
            self._claims[number] = claiming[0]
            self._pairs[claiming[0].key] = self._live[number]

    def _fault(self, desired: Desired, message: str) -> None:
        self._faults.append(f"{desired.source}: {desired.key} {message}")


def _several(candidates: Iterable[Live]) -> str:
    listed = "\n".join(
        f"  {describe(each)}\n    binding:\n      id: {unbroken(each.id)}" for each in candidates
    )
    return f"could be any of these live numbers; pin one with two lines in the manifest:\n{listed}"


def _contested(live: Live, claiming: Sequence[Desired]) -> str:
    manifests = ", ".join(f"{each.key} ({each.source})" for each in claiming)
    return (
        f"one live number is claimed by {len(claiming)} manifests: {manifests}\n"
        f"  {describe(live)}\n"
        f"  keep it in one of them with these two lines, and tell the others apart:\n"
        f"    binding:\n      id: {unbroken(live.id)}"
    )


def describe(live: Live) -> str:
    """A live number for people, on one line whatever it is named: id, name, digits or SIP URI."""
    shown = live.number or live.sip_uri or "no number yet"
    text = f"{live.id}  {live.name or '(no name)'}  {shown}"
    return text if text.isprintable() else dumps(text)[1:-1]
