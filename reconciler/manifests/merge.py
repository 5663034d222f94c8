"""Manifests, overlays and variables -> the manifests of one target."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Final

from reconciler.documents import find_place
from reconciler.fields import dotted
from reconciler.model import Diagnostic, Json, Manifest, Path, Severity

_VARIABLE: Final = re.compile(r"\$(\$\{|\{var\.([^}]*)\})")


@dataclass(frozen=True, slots=True)
class Merged:
    """The manifests of a target, and what is wrong with its overlays and variables."""

    manifests: tuple[Manifest, ...]
    diagnostics: tuple[Diagnostic, ...]


def merge(
    manifests: Sequence[Manifest], overlays: Sequence[Manifest], variables: Mapping[str, str]
) -> Merged:
    """Lay each overlay over the manifest of its name (RFC 7386), then fill in the variables."""
    faults: list[Diagnostic] = []
    by_name: dict[str, list[int]] = {}
    laid = list(manifests)
    for index, each in enumerate(laid):
        by_name.setdefault(_name(each), []).append(index)
    for overlay in overlays:
        found = by_name.get(_name(overlay), [])
        if not found:
            faults.append(_no_manifest(overlay, [each for each in by_name if each]))
        for index in found:
            laid[index] = _laid_over(laid[index], overlay)
    filled = []
    for each in laid:
        if not _holds_variable(each.value):
            filled.append(each)
            continue
        filler = _Filler(each, variables)
        value = filler.fill(each.value, ())
        faults.extend(filler.faults)
        filled.append(replace(each, value=value) if isinstance(value, Mapping) else each)
    return Merged(tuple(filled), tuple(faults))


def _holds_variable(value: Json) -> bool:
    """Whether there is anything to fill in: most manifests stay the values that were read."""
    match value:
        case str():
            return "${" in value
        case dict():
            return any(map(_holds_variable, value.values()))
        case list():
            return any(map(_holds_variable, value))
        case _:
            return False


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


def _laid_over(manifest: Manifest, overlay: Manifest) -> Manifest:
    value = merge_patch(manifest.value, overlay.value)
    assert isinstance(value, Mapping), "a mapping over a mapping is one"  # noqa: S101
    return Manifest(value, (*manifest.layers, *overlay.layers))


def _name(manifest: Manifest) -> str:
    metadata = manifest.value.get("metadata")
    name = metadata.get("name") if isinstance(metadata, Mapping) else None
    return name if isinstance(name, str) else ""


def _no_manifest(overlay: Manifest, names: Sequence[str]) -> Diagnostic:
    path: Path = ("metadata", "name")
    name = _name(overlay)
    close = get_close_matches(name, names, n=1)
    help_text = f"did you mean {close[0]}?" if close else "an overlay is no manifest of its own"
    message = f"this overlay is for {name or 'no name'}, and there is no such manifest"
    place = find_place(overlay.layers, path)
    return Diagnostic(Severity.ERROR, "R020", message, place, dotted(path), help_text)


class _Filler:
    """Fills in the variables of one manifest; what a variable says is never looked at again."""

    def __init__(self, manifest: Manifest, variables: Mapping[str, str]) -> None:
        self._manifest = manifest
        self._variables = variables
        self.faults: list[Diagnostic] = []

    def fill(self, value: Json, path: Path) -> Json:
        match value:
            case str():
                return self._text(value, path) if "${" in value else value
            case Mapping():
                return {key: self.fill(each, (*path, key)) for key, each in value.items()}
            case list():
                return [self.fill(each, (*path, index)) for index, each in enumerate(value)]
            case _:
                return value

    def _text(self, text: str, path: Path) -> str:
        return _VARIABLE.sub(lambda found: self._value(found, path), text)

    def _value(self, found: re.Match[str], path: Path) -> str:
        name = found[2]
        if name is None:
            return "${"
        if name not in self._variables:
            self.faults.append(self._undefined(name, path))
        return self._variables.get(name, "")

    def _undefined(self, name: str, path: Path) -> Diagnostic:
        close = get_close_matches(name, list(self._variables), n=1)
        known = ", ".join(sorted(self._variables)) or "none"
        hint = f"did you mean {close[0]}?" if close else f"the target's vars are: {known}"
        message = f"the variable {name!r} is not defined"
        place = find_place(self._manifest.layers, path)
        return Diagnostic(Severity.ERROR, "R021", message, place, dotted(path), hint)
