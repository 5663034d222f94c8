"""Manifests, and what they are checked against before and after -> what that means. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconciler.checks.check import check
from reconciler.checks.subject import Context, OfField, nodes_of, subject_of
from reconciler.fields import dotted
from reconciler.model import Consequence, Diagnostic, Manifest, Place, Severity, Standing


def consequences(
    manifests: Sequence[Manifest], before: Context, after: Context
) -> tuple[Consequence, ...]:
    """What moving from one description to another means for each manifest, by place."""
    found = [_consequence(each, before, after) for each in manifests]
    return tuple(sorted(found, key=lambda each: each.place))


def _consequence(manifest: Manifest, before: Context, after: Context) -> Consequence:
    old, new = _errors(manifest, before), _errors(manifest, after)
    subject = subject_of(manifest, after.fields)
    return Consequence(
        key=subject.name,
        place=subject.place(()),
        standing=_standing(was_valid=not old, is_valid=not new),
        faults=tuple(each for each in new if each not in old),
        deprecated=tuple(_deprecated(manifest, after)),
    )


def _errors(manifest: Manifest, context: Context) -> list[Diagnostic]:
    return [each for each in check([manifest], context) if each.severity is Severity.ERROR]


def _standing(*, was_valid: bool, is_valid: bool) -> Standing:
    if is_valid:
        return Standing.STILL_VALID if was_valid else Standing.NEWLY_VALID
    return Standing.NEWLY_INVALID if was_valid else Standing.STILL_INVALID


def _deprecated(manifest: Manifest, context: Context) -> Iterator[tuple[str, Place]]:
    subject = subject_of(manifest, context.fields)
    for node in nodes_of(subject, OfField(lambda field: field.deprecated)):
        if node.field.deprecated:
            yield dotted(node.path), subject.place(node.path)
