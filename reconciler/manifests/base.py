"""An earlier revision -> the manifests that a target had there, overlaid and filled in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.manifests.history import commit_of, load_at
from reconciler.manifests.merge import merge, name_of
from reconciler.model import Diagnostic, Manifest, Severity


@dataclass(frozen=True, slots=True)
class Base:
    """A git revision, and where the target's manifests and overlays stood then."""

    revision: str
    paths: tuple[str, ...]
    overlays: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Past:
    """The manifests of a revision, each with the errors of its making, and what was not read."""

    manifests: tuple[tuple[Manifest, tuple[Diagnostic, ...]], ...] = ()
    unread: tuple[Diagnostic, ...] = ()


def load_base(base: Base) -> Past:
    """Read what a target had at a revision. Raises InputError where git cannot tell."""
    commit = commit_of(base.revision)
    if commit is None:
        return Past()
    loaded = load_at(commit, base.paths)
    overlaid = [load_at(commit, [each]) for each in base.overlays]
    overlays: dict[str, list[Manifest]] = defaultdict(list)
    for one in overlaid:
        for each in one.manifests:
            overlays[name_of(each)].append(each)
    found = []
    for each in loaded.manifests:
        merged = merge([each], overlays[name_of(each)], base.variables)
        found += [(manifest, tuple(_errors(merged.diagnostics))) for manifest in merged.manifests]
    read = (*loaded.diagnostics, *(fault for one in overlaid for fault in one.diagnostics))
    return Past(tuple(found), tuple(_errors(read)))


def _errors(faults: Sequence[Diagnostic]) -> Iterator[Diagnostic]:
    return (each for each in faults if each.severity is Severity.ERROR)
