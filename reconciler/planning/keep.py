"""What is wanted and what is held -> what to send, with the live parts that are not ours. Pure.

A nested value is sent whole, so whatever of it `ignoreChanges` or `undeclared: keep` leaves to the
live side must be sent back as it was found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from reconciler.fields import Field
from reconciler.model import Json, Path
from reconciler.planning.normal import child_field, is_free, is_masked


@dataclass(frozen=True, slots=True)
class Keeping:
    """Which live parts stay: those at `paths`, and with `undeclared` all that is not declared."""

    paths: tuple[Path, ...] = ()
    undeclared: bool = False

    def covers(self, path: Path) -> bool:
        """Whether the whole value at `path` is left to the live side."""
        return any(path[: len(kept)] == kept for kept in self.paths)

    def reaches(self, path: Path) -> bool:
        """Whether anything at or below `path` is left to the live side."""
        return self.undeclared or any(kept[: len(path)] == path[: len(kept)] for kept in self.paths)


def with_kept_parts(wanted: Json, held: Json, field: Field, path: Path, keeping: Keeping) -> Json:
    """`wanted` with the live parts put back that `keeping` leaves alone."""
    if keeping.covers(path):
        return known_part(held, field)
    if not keeping.reaches(path):
        return wanted
    if isinstance(held, Mapping) and (wanted is None or isinstance(wanted, Mapping)):
        merged = _mapping(wanted or {}, held, field, path, keeping)
        return merged if merged or wanted else wanted
    if isinstance(wanted, list) and isinstance(held, list) and field.items:
        return [
            with_kept_parts(item, other, field.items, (*path, index), keeping)
            for index, (item, other) in enumerate(zip_longest(wanted, held[: len(wanted)]))
        ]
    return wanted


def _mapping(
    wanted: Mapping[str, Json],
    held: Mapping[str, Json],
    field: Field,
    path: Path,
    keeping: Keeping,
) -> dict[str, Json]:
    merged = dict(wanted)
    for key in (*wanted, *(key for key in held if key not in wanted)):
        child = child_field(field, key)
        if child is None:
            continue
        if key not in wanted and keeping.undeclared:
            value = known_part(held[key], child)
        else:
            value = with_kept_parts(wanted.get(key), held.get(key), child, (*path, key), keeping)
        if value is not None:
            merged[key] = value
        elif keeping.covers((*path, key)):
            merged.pop(key, None)
    return merged


def known_part(value: Json, field: Field) -> Json:
    """A live value without what the API would refuse if it were sent back: unknown keys, nulls."""
    match value:
        case Mapping():
            if is_free(field):
                return value
            pairs = ((key, child, child_field(field, key)) for key, child in value.items())
            return {
                key: known_part(child, known)
                for key, child, known in pairs
                if known is not None and child is not None
            }
        case str():
            return value
        case Sequence():
            return [known_part(item, field.items) if field.items else item for item in value]
        case _:
            return value


def masked_in(value: Json, field: Field, path: Path) -> Iterator[Path]:
    """The secret places where only a mask stands, which must never be sent back."""
    if field.secret:
        if is_masked(value):
            yield path
        return
    match value:
        case Mapping():
            for key, child in value.items():
                known = child_field(field, key)
                if known:
                    yield from masked_in(child, known, (*path, key))
        case str():
            return
        case Sequence():
            for index, item in enumerate(value):
                if field.items:
                    yield from masked_in(item, field.items, (*path, index))
        case _:
            return
