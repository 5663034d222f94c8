"""A JSON Schema -> the validator that gives the verdict, and the one that says why. Pure.

Both read patterns by one engine, whose time grows with the text alone: a pattern that somebody
published can neither mean two things nor hold a run up. Neither asks the network or the disk for
what a schema refers to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from reconciler.errors import InputError

if TYPE_CHECKING:  # a command that checks nothing need not load them
    import jsonschema_rs
    from jsonschema import ValidationError
    from jsonschema.protocols import Validator


def verdict(schema: Any, name: str) -> jsonschema_rs.Validator:
    """The fast validator of a schema that errors call `name`.

    Raises InputError for what is no JSON Schema, be it by its meta-schema or by a pattern that
    cannot be read.
    """
    import jsonschema_rs  # noqa: PLC0415

    try:
        return jsonschema_rs.Draft202012Validator(schema, retriever=_nothing)
    except (ValueError, TypeError, jsonschema_rs.ReferencingError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"{name}: is not a JSON Schema: {reason}") from None


def explainer(schema: Mapping[str, Any]) -> Validator:
    """The validator that yields every fault; for a schema that `verdict` takes."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - slow, and only faults need it
    from referencing import Registry  # noqa: PLC0415

    return explaining(Draft202012Validator)(schema, registry=Registry())


def is_pattern(text: str) -> bool:
    """Whether a pattern can be read."""
    try:
        _matcher(text)
    except InputError:
        return False
    return True


@cache
def explaining(draft: type[Validator]) -> type[Validator]:
    """What validates by one draft, and reads patterns as the verdict does."""
    from jsonschema.validators import extend  # noqa: PLC0415

    made: type[Validator] = extend(draft, {"pattern": _pattern})  # type: ignore[no-untyped-call]
    return made


def _pattern(
    _validator: Validator, pattern: str, value: Any, _schema: Any
) -> Iterator[ValidationError]:
    """What Python's own engine would be asked, which can take forever, and reads other patterns."""
    from jsonschema import ValidationError  # noqa: PLC0415

    if isinstance(value, str) and not _matcher(pattern).is_valid(value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


@cache
def _matcher(pattern: str) -> jsonschema_rs.Validator:
    return verdict({"pattern": pattern}, "a pattern")


def _nothing(_uri: str) -> Any:
    """What a reference to another document leads to."""
    raise LookupError("nothing outside of the schema is asked for")
