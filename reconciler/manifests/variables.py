"""Manifests and the target's variables -> manifests with the variables filled in. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from reconciler.documents import find_place
from reconciler.fields import dotted
from reconciler.model import Diagnostic, Json, Manifest, Path, Severity

# `$${`, a variable, or what somebody may have meant to be one.
_VARIABLE: Final = re.compile(
    r"\$(?:(?P<escaped>\$\{)|\{var\.(?P<name>[^}]*)\}|\{(?P<other>[^}]*))"
)
_PREFIX: Final = re.compile(r"\A\s*(?:vars?\.)?", re.IGNORECASE)


def fill_in(
    manifest: Manifest, variables: Mapping[str, str]
) -> tuple[Manifest, tuple[Diagnostic, ...]]:
    """A manifest with what its variables say, and a fault for each that is not defined."""
    if not _holds_variable(manifest.value):
        return manifest, ()
    filler = _Filler(manifest, variables)
    value = filler.fill(manifest.value, ())
    assert isinstance(value, Mapping), "a filled mapping is one"  # noqa: S101
    return replace(manifest, value=value), tuple(dict.fromkeys(filler.faults))


def _holds_variable(value: Json) -> bool:
    """Whether there is anything to fill in: most manifests stay the values that were read."""
    match value:
        case str():
            return "${" in value
        case dict():
            return any("${" in key for key in value) or any(map(_holds_variable, value.values()))
        case list():
            return any(map(_holds_variable, value))
        case _:
            return False


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
                return {key: self._child(key, each, path) for key, each in value.items()}
            case list():
                return [self.fill(each, (*path, index)) for index, each in enumerate(value)]
            case _:
                return value

    def _child(self, key: str, value: Json, path: Path) -> Json:
        full = (*path, key)
        if any(found["escaped"] is None for found in _VARIABLE.finditer(key)):
            self._doubt("a key is no place for ${…}: this one stays as it is", full, _IN_A_KEY)
        return self.fill(value, full)

    def _text(self, text: str, path: Path) -> str:
        return _VARIABLE.sub(lambda found: self._value(found, path), text)

    def _value(self, found: re.Match[str], path: Path) -> str:
        if found["escaped"]:
            return "${"
        if found["other"] is not None:
            self._doubt(_NO_VARIABLE, path, self._meant(found["other"]))
            return found[0]
        name = found["name"]
        if name not in self._variables:
            self.faults.append(self._undefined(name, path))
        return self._variables.get(name, "")

    def _meant(self, written: str) -> str:
        """What was probably meant by the text after `${`, which is not shown: it may be secret."""
        name = _PREFIX.sub("", written, count=1).strip()
        close = get_close_matches(name, list(self._variables), n=1)
        return f"did you mean ${{var.{close[0]}}}? {_LITERAL}" if close else _HOW

    def _doubt(self, message: str, path: Path, help_text: str) -> None:
        place = find_place(self._manifest.layers, path)
        fault = Diagnostic(Severity.WARNING, "R023", message, place, dotted(path), help_text)
        self.faults.append(fault)

    def _undefined(self, name: str, path: Path) -> Diagnostic:
        close = get_close_matches(name, list(self._variables), n=1)
        known = ", ".join(sorted(self._variables)) or "none"
        hint = f"did you mean {close[0]}?" if close else f"the target's vars are: {known}"
        message = f"the variable {name!r} is not defined"
        place = find_place(self._manifest.layers, path)
        return Diagnostic(Severity.ERROR, "R021", message, place, dotted(path), hint)


_NO_VARIABLE: Final = "this ${…} is no variable, and stays as it is"
_LITERAL: Final = "a literal ${ is written $${"
_HOW: Final = f"a variable of the target is written ${{var.NAME}}, and {_LITERAL}"
_IN_A_KEY: Final = "write the key out; variables are filled in in values"
