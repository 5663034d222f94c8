"""A value and its field -> the form in which two values are compared. Pure.

Null equals absent, a documented default counts as unset, an empty list or object says nothing, SIP
URIs compare without case, telephone numbers without their punctuation, and fields that the
description does not know are left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from reconciler.fields import Field
from reconciler.model import Json, Secret, digits_of, plain_sip_uri

_US_NUMBER: Final = re.compile(r"\+1(\d{3})\d{7}")
_MASK: Final = re.compile(
    r".{0,8}?(?:[*•●]{3,}|x{6,}).{0,8}|\W?(?:redacted|masked|hidden)\W?", re.IGNORECASE
)


def normal(value: Json, field: Field) -> Json:
    """The comparable form of `value`; None where it says nothing (null, default, empty)."""
    compared = _shape(value, field)
    if field.has_default and compared == _shape(field.default, field):
        return None
    if field.shown_unset and compared in field.shown_unset:
        return None
    return compared


def _shape(value: Json, field: Field) -> Json:
    match value:
        case None | bool() | int() | float() | Secret():
            return value
        case str():
            return _text(value, field.normal)
        case Mapping():
            return _mapping(value, field)
        case Sequence():
            each = [_item(item, field.items) for item in value]
            return each or None


def _mapping(value: Mapping[str, Json], field: Field) -> Json:
    compared: dict[str, Json] = {}
    for key, child in value.items():
        known = child_field(field, key)
        kept = normal(child, known) if known else (_plain(child) if is_free(field) else None)
        if kept is not None:
            compared[key] = kept
    return compared or None


def _item(value: Json, field: Field | None) -> Json:
    return normal(value, field) if field else _plain(value)


def _plain(value: Json) -> Json:
    """A value that no field describes: only nulls are left out."""
    match value:
        case Mapping():
            return {key: _plain(child) for key, child in value.items() if child is not None}
        case str():
            return value
        case Sequence():
            return [_plain(item) for item in value]
        case _:
            return value


def _text(value: str, how: str) -> str:
    match how:
        case "sip-uri":
            return plain_sip_uri(value)
        case "e164":
            return digits_of(value)
        case _:
            return value


def child_field(field: Field, key: str) -> Field | None:
    """The field of `key` within an object or a map."""
    return field.properties.get(key) or field.values


def is_free(field: Field) -> bool:
    """Whether the description says nothing of what stands inside an object."""
    return not field.properties and field.values is None


def area_code(number: str) -> str | None:
    """The area code of a US number; None for any other text."""
    found = _US_NUMBER.fullmatch(digits_of(number))
    return found.group(1) if found else None


def is_masked(value: Json) -> bool:
    """Whether an answer shows stars (or the like) in place of a secret."""
    return isinstance(value, str) and _MASK.fullmatch(value) is not None
