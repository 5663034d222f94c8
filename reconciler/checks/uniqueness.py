"""Manifests beside each other -> diagnostics for what two of them claim. Pure.

They come in the order of their places: of two that claim the same, the later one is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from reconciler.checks.subject import Subject
from reconciler.model import Diagnostic, Json, Path, digits_of, plain_sip_uri

_NAME: Final[Path] = ("metadata", "name")


def names(subjects: Sequence[Subject]) -> Iterator[Diagnostic]:
    """R202: each manifest has a metadata.name of its own."""
    first: dict[str, Subject] = {}
    for subject in subjects:
        if not subject.name:
            continue
        earlier = first.setdefault(subject.name, subject)
        if earlier is not subject:
            place = earlier.own_place(_NAME)
            message = f"{subject.name} is the name of another manifest, in {place.file}"
            help_text = "give each manifest a name of its own"
            fault = subject.fault("R202", message, _NAME, help_text, (place,))
            yield replace(fault, place=subject.own_place(_NAME))


def previous_names(subjects: Sequence[Subject]) -> Iterator[Diagnostic]:
    """R205: a name that a manifest had before is no other manifest's, now or before."""
    owners = {each.name: (each, _NAME) for each in subjects if each.name}
    for subject in subjects:
        for name, path in _previous(subject):
            owner, claimed = owners.setdefault(name, (subject, path))
            if owner is not subject:
                place = owner.own_place(claimed) if claimed == _NAME else owner.place(claimed)
                message = f"{name} cannot have become {subject.name}: it is another manifest's"
                help_text = "keep a previous name in the one manifest that it became"
                yield subject.fault("R205", message, path, help_text, (place,))


def live_numbers(subjects: Sequence[Subject]) -> Iterator[Diagnostic]:
    """R203, R204, R206: no two manifests are the same live number."""
    claims: dict[tuple[str, str], tuple[Subject, Path]] = {}
    for subject in subjects:
        for kind, value, path in _claims(subject):
            owner, claimed = claims.setdefault((kind, value), (subject, path))
            if owner is not subject:
                both_bound = path[0] == claimed[0] == "binding"
                code = "R206" if both_bound else _CODES[kind]
                place = owner.place(claimed)
                message = f"{kind} {value} is also that of {owner.name or 'another manifest'}"
                help_text = "one live number has one manifest: remove one of the two"
                yield subject.fault(code, message, path, help_text, (place,))


_CODES: Final = {"sipUri": "R203", "number": "R204"}


def _previous(subject: Subject) -> Iterator[tuple[str, Path]]:
    metadata = subject.manifest.value.get("metadata")
    found = metadata.get("previously") if isinstance(metadata, dict) else None
    for index, name in enumerate(found if isinstance(found, list) else ()):
        if isinstance(name, str) and name != subject.name:
            yield name, ("metadata", "previously", index)


def _claims(subject: Subject) -> Iterator[tuple[str, str, Path]]:
    """What the live number of a manifest is known by: kind, comparable value, path."""
    for kind in _CODES:
        yield from _claim(kind, subject.spec.get(kind), ("spec", kind))
    for kind, value in subject.binding.items():
        yield from _claim(kind, value, ("binding", kind))


def _claim(kind: str, value: Json, path: Path) -> Iterator[tuple[str, str, Path]]:
    if not isinstance(value, str):
        return
    match kind:
        case "sipUri":
            yield kind, plain_sip_uri(value), path
        case "number":
            yield kind, digits_of(value), path
        case "id" | "name":
            yield kind, value, path
        case _:
            return
