"""A value that may hold secrets -> what may be shown or remembered of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b

from reconciler.fields import Field
from reconciler.model import Json, Path, Secret, holds_credentials
from reconciler.planning.normal import child_field


def is_secret(value: Json, field: Field | None) -> bool:
    """Whether a value is one by its field, by its type, or as a URL that holds credentials."""
    if isinstance(value, Secret) or (field and field.secret):
        return True
    return isinstance(value, str) and holds_credentials(value)


def redacted(value: Json, field: Field | None) -> Json:
    """The value with `(sensitive)` in place of all that is secret."""
    if value is None:
        return None
    if is_secret(value, field):
        return Secret.SHOWN
    match value:
        case Mapping():
            return {key: redacted(child, _child(field, key)) for key, child in value.items()}
        case str():
            return value
        case Sequence():
            return [redacted(item, field.items if field else None) for item in value]
        case _:
            return value


def secrets_in(value: Json, field: Field | None, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every secret text below `path`, with its own path."""
    match value:
        case str():
            if is_secret(value, field):
                yield path, revealed(value)
        case Mapping():
            for key, child in value.items():
                yield from secrets_in(child, _child(field, key), (*path, key))
        case Sequence():
            for index, item in enumerate(value):
                yield from secrets_in(item, field.items if field else None, (*path, index))
        case _:
            pass


def revealed(text: str) -> str:
    """The text itself, for comparing and fingerprinting."""
    return text.reveal() if isinstance(text, Secret) else text


def fingerprint(salt: str, value: str) -> str:
    """What is remembered of a secret: equal for equal values under one salt, and no way back."""
    digest = blake2b(value.encode(), key=salt.encode()[:64], digest_size=16)
    return digest.hexdigest()


def _child(field: Field | None, key: str) -> Field | None:
    return child_field(field, key) if field else None
