"""Where values stand: packed while a file is read, looked up when somebody is told. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from reconciler.model import Layer, Path, Place, Spot

COLUMN_BITS: Final = 27  # a file of MAX_BYTES may be one line
_COLUMN_MASK: Final = (1 << COLUMN_BITS) - 1


def find_place(layers: Sequence[Layer], path: Path) -> Place:
    """Where `path` was set: the last layer that reaches deepest along it.

    A mapping over a mapping only adds to it: it stands where it began.
    """
    best = Place(layers[0].file, 1, 1)
    depth, is_mapping = -1, False
    for layer in layers:
        spot, reached = _deepest(layer.spot, path)
        adds = isinstance(spot, tuple)
        if reached > depth or (reached == depth and not (adds and is_mapping)):
            best, depth, is_mapping = unpack(_packed(spot), layer.file), reached, adds
    return best


def follow(spot: Spot, path: Path) -> tuple[int, int]:
    """The packed place of the deepest part of `path` that exists here, and its depth."""
    found, reached = _deepest(spot, path)
    return _packed(found), reached


def _packed(spot: Any) -> int:
    packed: int = spot if isinstance(spot, int) else spot[0]
    return packed


def _deepest(spot: Spot, path: Path) -> tuple[Any, int]:
    """The spot of the deepest part of `path` that exists here, and its depth."""
    found: Any = spot
    reached = 0
    for step in path:
        if isinstance(found, tuple) and isinstance(step, str) and step in found:
            found = found[found.index(step) + 1]
        elif isinstance(found, list) and isinstance(step, int) and step + 1 < len(found):
            found = found[step + 1]
        else:
            break
        reached += 1
    return found, reached


def unpack(packed: int, file: str) -> Place:
    """The place that a reader packed: the line above COLUMN_BITS, the column below, from 0."""
    return Place(file, (packed >> COLUMN_BITS) + 1, (packed & _COLUMN_MASK) + 1)


def moved(spot: Spot, place: int) -> Spot:
    """The spot of the same value, said to stand at `place`."""
    match spot:
        case tuple():
            return (place, *spot[1:])
        case list():
            return [place, *spot[1:]]
        case _:
            return place
