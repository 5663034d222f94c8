"""A manifest, what was last applied of it, and its number -> the parts it did not move. Pure.

A field that moved is looked into: what did not move within it is left to the live side where drift
is. A nested value is sent whole, so that is only what can be sent back as it is held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from reconciler.fields import Field, Provider, dotted
from reconciler.model import Json, LockEntry, Path
from reconciler.planning.keep import masked_in
from reconciler.planning.memory import applied_spec, declared_secrets, is_shown
from reconciler.planning.normal import child_field, normal
from reconciler.planning.secrecy import fingerprint, redacted


@dataclass(frozen=True, slots=True)
class _Part:
    """One place: what the manifest says there, what was applied, and what the number holds."""

    path: Path
    field: Field
    said: Json
    applied: Json
    held: Json


@dataclass(frozen=True)
class Unmoved:
    """What a manifest says as it did when it was last applied; `body` is its number's answer."""

    spec: Mapping[str, Json]
    entry: LockEntry
    provider: Provider
    salt: str
    body: Mapping[str, Json]

    @cached_property
    def parts(self) -> tuple[Path, ...]:
        """Every unmoved field as a whole, and of one that moved the parts that did not."""
        return tuple(
            path
            for name, field in self.provider.writable.items()
            if field.group not in self._moved_groups
            for path in (self._inside(name) if name in self._moved else ((name,),))
        )

    def within(self, path: Path) -> Iterator[Path]:
        """What of `path` is unmoved: all of it, parts of it, or nothing."""
        if path in self.parts:
            yield path
            return
        field = self.provider.writable.get(str(path[0]))
        if field and field.group not in self._moved_groups:
            for part in self._inside(field.name):
                if part == path[: len(part)]:
                    yield path
                elif path == part[: len(path)]:
                    yield part

    @cached_property
    def _moved(self) -> AbstractSet[str]:
        applied = applied_spec(self.spec, self.provider)
        return {
            name
            for name in self.provider.writable
            if applied.get(name) != self.entry.applied.get(name) or self._moves_secret((name,))
        }

    @cached_property
    def _moved_groups(self) -> AbstractSet[str]:
        """Of fields of which a number has one, all moved where one did."""
        return {self.provider.writable[name].group for name in self._moved} - {""}

    @cached_property
    def _said(self) -> Mapping[str, tuple[Path, str]]:
        """The secrets of the manifest, by path: as steps, and their fingerprints."""
        return {
            dotted(path): (path, fingerprint(self.salt, value))
            for path, value in declared_secrets(self.spec, self.provider)
        }

    @cached_property
    def _applied(self) -> Mapping[str, str]:
        marks = self.entry.secrets.items()
        return {where: mark.fingerprint for where, mark in marks if mark.declared}

    def _moves_secret(self, path: Path) -> bool:
        """Whether a secret at `path`, or below it, is not what was applied."""
        wheres = {
            where for where in self._said.keys() | self._applied.keys() if _is_in(where, path)
        }
        said = {where: self._said[where][1] for where in wheres & self._said.keys()}
        return said != {where: self._applied[where] for where in wheres & self._applied.keys()}

    def _inside(self, name: str) -> Iterator[Path]:
        """The unmoved parts of a field, down to the leaf."""
        field = self.provider.writable[name]
        said, applied = self.spec.get(name), self.entry.applied.get(name)
        whole = _Part((name,), field, said, applied, self.body.get(name))
        yield from self._parts(whole, is_same=name not in self._moved)

    def _parts(self, part: _Part, *, is_same: bool) -> Iterator[Path]:
        is_same = is_same or self._is_same(part)
        if _is_looked_into(part):
            for each in _children(part):
                yield from self._parts(each, is_same=is_same)
        elif is_same and self._can_be_sent_back(part):
            yield part.path

    def _is_same(self, part: _Part) -> bool:
        said = redacted(normal(part.said, part.field), part.field)
        return said == part.applied and not self._moves_secret(part.path)

    def _can_be_sent_back(self, part: _Part) -> bool:
        """Whether what is held can be sent as it is held.

        A secret that answers never showed is no drift: what the manifest says of it is sent. One
        that they mask and no manifest knows gives way where the field moved.
        """
        masked = {dotted(path) for path in masked_in(part.held, part.field, part.path)}
        if part.path[0] in self._moved and masked:
            return False
        return not any(
            where in masked or self._is_hidden(where, path)
            for where, (path, _) in self._said.items()
            if _is_in(where, part.path)
        )

    def _is_hidden(self, where: str, path: Path) -> bool:
        """Whether a secret of the manifest is left out of answers, rather than removed."""
        mark = self.entry.secrets.get(where)
        return not is_shown(self.body, path) and not (mark and mark.shown)


def _is_in(where: str, path: Path) -> bool:
    """Whether a path, as people write it, is `path` or one below it."""
    above = dotted(path)
    return where == above or where.startswith((f"{above}.", f"{above}["))


def _is_looked_into(part: _Part) -> bool:
    """Whether a part has parts of its own; a list has none.

    An object that came or went did so as a whole, and so did one that is of another kind now. A map
    that is empty and one that is not there are the same.
    """
    field, said = part.field, part.said
    is_there = isinstance(said, Mapping)
    if said is None:
        is_there = field.values is not None or part.applied is None
    return (
        bool(field.properties or field.values)
        and is_there
        and isinstance(part.held, Mapping)
        and (part.applied is None or isinstance(part.applied, Mapping))
        and _kind(part.said, field) == _kind(part.applied, field) == _kind(part.held, field)
    )


def _kind(value: Json, field: Field) -> tuple[Json, ...]:
    """What says which of several kinds an object is: the choices that it must make."""
    each = value if isinstance(value, Mapping) else {}
    return tuple(
        normal(each.get(key), choice)
        for key, choice in field.properties.items()
        if choice.required and choice.choices
    )


def _children(part: _Part) -> Iterator[_Part]:
    said, applied, held = (
        each if isinstance(each, Mapping) else {} for each in (part.said, part.applied, part.held)
    )
    for key in dict.fromkeys((*said, *applied, *held)):
        field = child_field(part.field, key)
        if field:
            path = (*part.path, key)
            yield _Part(path, field, said.get(key), applied.get(key), held.get(key))
