"""What a manifest says of its number's life -> diagnostics. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.checks.explain import closest
from reconciler.checks.subject import Context, Subject, mapping
from reconciler.fields import Field, Provider, field_at, parse_path
from reconciler.model import Diagnostic, Path


def protected_tombstone(subject: Subject, _: Context) -> Iterator[Diagnostic]:
    """R218: a tombstone releases its number, which preventDestroy forbids."""
    lifecycle = mapping(subject.manifest.value.get("lifecycle"))
    if subject.released and lifecycle.get("preventDestroy") is True:
        yield subject.fault(
            "R218",
            "state: absent releases the number, and preventDestroy forbids it",
            ("lifecycle", "preventDestroy"),
            "remove preventDestroy to release the number, or state to keep it",
            (subject.place(("lifecycle", "state")),),
        )


def ignored_fields(subject: Subject, _: Context) -> Iterator[Diagnostic]:
    """R219: each path of ignoreChanges names a field."""
    lifecycle = mapping(subject.manifest.value.get("lifecycle"))
    paths = lifecycle.get("ignoreChanges")
    for index, text in enumerate(paths if isinstance(paths, list) else ()):
        if not isinstance(text, str) or not text or not subject.provider:
            continue
        path = parse_path(text)
        if field_at(subject.provider, path) is None:
            yield subject.fault(
                "R219",
                f"{text[:60]!r} is not a field of a {subject.provider.name} number",
                ("lifecycle", "ignoreChanges", index),
                _suggestion(subject.provider, path),
            )


def _suggestion(provider: Provider, path: Path) -> str:
    """What the first step that leads nowhere was probably meant to be."""
    if path[:1] == ("spec",) and field_at(provider, path[1:]):
        return "paths begin within spec: leave out spec"
    known: Mapping[str, Field] = provider.fields
    for index, step in enumerate(path):
        found = field_at(provider, path[: index + 1])
        if found is None:
            meant = closest(str(step), known)
            return f"did you mean {meant}?" if meant else ""
        known = found.properties
    return ""
