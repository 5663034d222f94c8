"""Manifests, overlays and variables -> the manifests of one target. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from reconciler.documents import find_place
from reconciler.errors import unbroken
from reconciler.fields import dotted
from reconciler.manifests.variables import fill_in
from reconciler.model import Diagnostic, Json, Manifest, Path, Severity

NAME: Path = ("metadata", "name")


@dataclass(frozen=True, slots=True)
class Merged:
    """The manifests of a target, and what is wrong with its overlays and variables."""

    manifests: tuple[Manifest, ...]
    diagnostics: tuple[Diagnostic, ...]


def merge(
    manifests: Sequence[Manifest],
    overlays: Sequence[Manifest],
    variables: Mapping[str, str],
    *,
    partial: bool = False,
) -> Merged:
    """Lay each overlay over the manifest of its name (RFC 7386), then fill in the variables.

    Overlays apply in their order. `partial` says that the manifests are a part of the target's: an
    overlay may then be for one that was not read.
    """
    faults: list[Diagnostic] = []
    by_name: dict[str, list[int]] = {}
    laid = list(manifests)
    for index, each in enumerate(laid):
        by_name.setdefault(name_of(each), []).append(index)
    names = [each for each in by_name if each]
    for overlay in overlays:
        name = name_of(overlay)
        found = by_name.get(name, []) if name else []
        if not name or not (found or partial):
            faults.append(_no_manifest(overlay, names))
        for index in found:
            laid[index] = _laid_over(laid[index], overlay)
    filled = []
    for each in laid:
        manifest, wrong = fill_in(each, variables)
        filled.append(manifest)
        faults.extend(wrong)
    return Merged(tuple(filled), tuple(faults))


def merge_patch(target: Json, patch: Json) -> Json:
    """What RFC 7386 makes of `target`: null removes, mappings merge, all else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def name_of(manifest: Manifest) -> str:
    """The name that a manifest has, or that an overlay is for; an empty text without one."""
    metadata = manifest.value.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    return name if isinstance(name, str) else ""


def _laid_over(manifest: Manifest, overlay: Manifest) -> Manifest:
    value = merge_patch(manifest.value, overlay.value)
    assert isinstance(value, Mapping), "a mapping over a mapping is one"  # noqa: S101
    removed = (*manifest.removed, *_removed(overlay.value, ()))
    return Manifest(value, (*manifest.layers, *overlay.layers), removed)


def _removed(patch: Mapping[str, Json], path: Path) -> Iterator[Path]:
    """What a patch sets to null."""
    for key, value in patch.items():
        if value is None:
            yield (*path, key)
        elif isinstance(value, Mapping):
            yield from _removed(value, (*path, key))


def _no_manifest(overlay: Manifest, names: Sequence[str]) -> Diagnostic:
    name = unbroken(name_of(overlay))
    close = get_close_matches(name, list(map(unbroken, names)), n=1)
    message = f"this overlay is for {name}, and there is no such manifest"
    help_text = f"did you mean {close[0]}?" if close else "an overlay is no manifest of its own"
    if not name:
        message = "metadata.name is missing: this overlay does not say which manifest it changes"
        help_text = "write the name of the manifest that it lies over"
    place = find_place(overlay.layers, NAME)
    return Diagnostic(Severity.ERROR, "R020", message, place, dotted(NAME), help_text)
