"""Live numbers and the field table -> what answers hold that the description does not know. Pure.

The API adds fields and values without notice: that is never an error, and worth telling once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from reconciler.fields import Field, FieldTable, dotted
from reconciler.model import Json, Live, Path
from reconciler.planning.normal import child_field, is_free
from reconciler.planning.secrecy import is_secret


def unknown_parts(numbers: Sequence[Live], fields: FieldTable) -> tuple[str, ...]:
    """One line for each field, value or provider that is not described, however often it is."""
    found = dict.fromkeys(line for each in numbers for line in _of_number(each, fields))
    return tuple(sorted(found))


def _of_number(live: Live, fields: FieldTable) -> Iterator[str]:
    provider = fields.providers.get(live.provider)
    if provider is None:
        yield f"the description does not know the provider {live.provider or 'of a number'}"
        return
    root = Field(live.provider, properties=provider.fields)
    for path, value in _unknown(live.body, root, ()):
        what = f"{live.provider}: {dotted(path)}"
        if value is None:
            yield f"{what} is a field that the description does not know"
        else:
            yield f"{what} is {value}, a value that the description does not know"


def _unknown(value: Json, field: Field, path: Path) -> Iterator[tuple[Path, Json]]:
    """Paths of unknown fields, with None, and of unknown values, with the value."""
    match value:
        case Mapping():
            yield from _inside(value, field, path)
        case str() | bool() | int() | float():
            if field.choices and value not in field.choices and not is_secret(value, field):
                yield path, value
        case Sequence() if field.items:
            for item in value:
                # Which item it is says nothing of the description.
                yield from _unknown(item, field.items, path)
        case _:
            return


def _inside(value: Mapping[str, Json], field: Field, path: Path) -> Iterator[tuple[Path, Json]]:
    for key, child in value.items():
        if known := child_field(field, key):
            yield from _unknown(child, known, (*path, key))
        elif not is_free(field) and child is not None:
            yield (*path, key), None
