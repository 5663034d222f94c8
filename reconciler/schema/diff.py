"""Two field tables -> what changed between them, each change once for all its providers. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.fields import Field, FieldTable, Nature
from reconciler.model import FieldChange, FieldChangeKind, Json


@dataclass(frozen=True, slots=True)
class _Seen:
    """One field on both sides, at `path`; None where it is not there.

    `outer` is what the field around it was and is: what goes for all that is in it is told once.
    """

    path: str
    before: Field | None
    after: Field | None
    outer: tuple[Nature, Nature] | None = None


@dataclass
class _Collected:
    """Changes, and for which providers each of them is, in the order in which they were found."""

    changes: dict[tuple[FieldChangeKind, str, str, str], FieldChange] = field(default_factory=dict)
    providers: dict[tuple[FieldChangeKind, str, str, str], list[str]] = field(default_factory=dict)

    def add(self, change: FieldChange, provider: str) -> None:
        """Note a change of one provider; the values are compared by what they look like."""
        key = (change.kind, change.path, repr(change.before), repr(change.after))
        self.changes.setdefault(key, change)
        self.providers.setdefault(key, []).append(provider)

    def all(self) -> Iterator[FieldChange]:
        """The changes, each with its providers."""
        for key, each in self.changes.items():
            owners = tuple(self.providers[key])
            yield FieldChange(each.kind, each.path, owners, each.before, each.after)


def diff_fields(before: FieldTable, after: FieldTable) -> tuple[FieldChange, ...]:
    """Every change, from one description to another, by path and then by kind."""
    found = _Collected()
    for name in dict.fromkeys([*before.providers, *after.providers]):
        old, new = before.providers.get(name), after.providers.get(name)
        if old is None or new is None:
            kind = FieldChangeKind.PROVIDER_NEW if new else FieldChangeKind.PROVIDER_GONE
            found.add(FieldChange(kind, "provider"), name)
            continue
        for seen in _pairs(_Seen("", None, None), old.fields, new.fields):
            for change in _changes(seen):
                found.add(change, name)
    return tuple(sorted(found.all(), key=lambda each: (each.path, each.kind, each.providers)))


def _pairs(
    around: _Seen, before: Mapping[str, Field], after: Mapping[str, Field]
) -> Iterator[_Seen]:
    """Every field of either side; of one that came or went whole, nothing that is inside it."""
    for name in dict.fromkeys([*before, *after]):
        path = f"{around.path}.{name}" if around.path else name
        yield from _inside(_within(around, path, before.get(name), after.get(name)))


def _inside(seen: _Seen) -> Iterator[_Seen]:
    yield seen
    old, new = seen.before, seen.after
    if old is None or new is None:
        return
    yield from _pairs(seen, old.properties, new.properties)
    if old.items or new.items:
        yield from _inside(_within(seen, f"{seen.path}[]", old.items, new.items))
    if old.values or new.values:
        yield from _inside(_within(seen, f"{seen.path}.*", old.values, new.values))


def _within(around: _Seen, path: str, before: Field | None, after: Field | None) -> _Seen:
    old, new = around.before, around.after
    return _Seen(path, before, after, (old.nature, new.nature) if old and new else None)


def _changes(seen: _Seen) -> Iterator[FieldChange]:
    path, old, new = seen.path, seen.before, seen.after
    if old is None or new is None:
        if new:
            told = {"types": sorted(new.types), "nature": new.nature.value}
            yield FieldChange(FieldChangeKind.FIELD_NEW, path, after=told)
        elif old:
            told = {"types": sorted(old.types), "nature": old.nature.value}
            yield FieldChange(FieldChangeKind.FIELD_GONE, path, before=told)
        return
    for kind, was, now in _facts(old, new):
        is_told = kind is FieldChangeKind.NATURE and seen.outer == (old.nature, new.nature)
        if was != now and not is_told:
            yield FieldChange(kind, path, before=was, after=now)
    yield from _choices(path, old, new)
    for keyword in dict.fromkeys([*old.bounds, *new.bounds]):
        low, high = old.bounds.get(keyword), new.bounds.get(keyword)
        if low != high:
            kind = FieldChangeKind.BOUND
            yield FieldChange(kind, path, before={keyword: low}, after={keyword: high})


def _facts(old: Field, new: Field) -> Iterator[tuple[FieldChangeKind, Json, Json]]:
    yield FieldChangeKind.NATURE, old.nature.value, new.nature.value
    yield FieldChangeKind.TYPE, sorted(old.types), sorted(new.types)
    if Nature.READ_ONLY not in (old.nature, new.nature):
        yield FieldChangeKind.REQUIRED, old.required, new.required
        yield FieldChangeKind.DEFAULT, old.default, new.default
    yield FieldChangeKind.DEPRECATED, old.deprecated, new.deprecated
    yield FieldChangeKind.SECRET, old.secret, new.secret


def _choices(path: str, old: Field, new: Field) -> Iterator[FieldChange]:
    """Values that came and went; a list of values that came or went whole is one change."""
    if bool(old.choices) != bool(new.choices):
        was, now = list(old.choices) or None, list(new.choices) or None
        yield FieldChange(FieldChangeKind.CHOICES, path, before=was, after=now)
        return
    for each in new.choices:
        if each not in old.choices:
            yield FieldChange(FieldChangeKind.VALUE_NEW, path, after=each)
    for each in old.choices:
        if each not in new.choices:
            yield FieldChange(FieldChangeKind.VALUE_GONE, path, before=each)
