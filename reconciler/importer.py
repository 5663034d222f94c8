"""The story backwards: live numbers become manifests, bound in the lock."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from json import dumps
from pathlib import Path
from typing import Final, Protocol

from reconciler.checks import Context, check
from reconciler.config import Target
from reconciler.errors import InputError, Refused
from reconciler.fields import Field, FieldTable
from reconciler.lockfile import LockWriter, write_atomically
from reconciler.manifests import load, load_overlays, manifest_text, manifests_in, merge
from reconciler.model import (
    Desired,
    Diagnostic,
    Directory,
    Json,
    Live,
    Lock,
    LockEntry,
    Place,
    Resource,
    Severity,
    digits_of,
)
from reconciler.planning.adoption import Adopted, adopt, natural_keys
from reconciler.planning.hiding import Hiding
from reconciler.planning.match import describe, match
from reconciler.planning.memory import remembered
from reconciler.resolve import declared_formerly
from reconciler.schema.packaged import MANIFEST_SCHEMA

# An empty directory is a fault to those who look for manifests, not to who brings some.
_NO_MANIFEST: Final = "R011"
_POLICY: Final = "R501"


class Account(Protocol):
    """What importing asks of an account."""

    def list_numbers(self) -> tuple[Live, ...]:
        """All numbers of the account."""

    def list_resources(self, kind: str) -> tuple[Resource, ...]:
        """All resources of one kind."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which numbers to adopt: all, or those with one of these ids or digits."""

    everything: bool = False
    ids: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Imported:
    """What was written, by file, and a word about each number that was left out.

    `unlisted` are kinds of resource that the account does not list, so that their ids stay ids.
    `undeclarable` says of numbers that no manifest can declare as they are, why not. `faults` are
    what the rules and the team's policies say of the files besides.
    """

    files: Mapping[str, Adopted]
    skipped: tuple[str, ...]
    unlisted: tuple[str, ...]
    undeclarable: tuple[str, ...]
    faults: tuple[Diagnostic, ...]


def import_numbers(  # noqa: PLR0913 - what, from where, to where
    wanted: Wanted,
    account: Account,
    target: Target,
    context: Context,
    writer: LockWriter,
    *,
    out: Path,
    overwrite: bool,
) -> Imported:
    """Write a manifest for each wanted number that none declares yet, and bind it in the lock.

    A number that no valid manifest can declare is left out: one such file would stop every plan.
    The schema that the files name comes beside them where the repository has none.
    Raises InputError where a file is in the way, an id or number is not there, or it cannot be
    told what the target declares already; then nothing is written.
    """
    _raise_if_astray(out, target.manifests)
    declared = _declared((*target.manifests, str(out)), target, context)
    live = account.list_numbers()
    found = _adopted(wanted, account, live, declared, writer.lock, context.fields)
    files = {str(out / f"{each.key}.yaml"): each for each in found.numbers}
    if not overwrite:
        _raise_if_in_the_way(files)
    schema = writer.path.parent / "schemas" / MANIFEST_SCHEMA
    line = Path(os.path.relpath(schema, out)).as_posix()
    texts = {file: manifest_text(each.document, line) for file, each in files.items()}
    faults = _faults(texts, context)
    wrong = {each.place.file: each for each in reversed(faults) if _stops_a_plan(each)}
    hiding = Hiding(context.fields, writer.lock)
    undeclarable = tuple(
        f"{describe(hiding.seen(files[file].live))}: "
        f"no manifest can declare it as it is: {each.message}"
        for file, each in wrong.items()
    )
    files = {file: each for file, each in files.items() if file not in wrong}
    _write(out, {file: texts[file] for file in files}, schema, context.schema)
    writer.own(next((each.org_id for each in live if each.org_id), None))
    salt = writer.lock.salt
    writer.update({each.key: _entry(each, context.fields, salt) for each in files.values()})
    told = tuple(each for each in faults if each.place.file not in wrong)
    return Imported(files, found.skipped, found.unlisted, undeclarable, told)


@dataclass(frozen=True, slots=True)
class _Adopted:
    """The numbers to write manifests for, and what is told as `Imported` tells it."""

    numbers: tuple[Adopted, ...]
    skipped: tuple[str, ...]
    unlisted: tuple[str, ...]


def _adopted(
    wanted: Wanted,
    account: Account,
    live: Sequence[Live],
    declared: Sequence[Desired],
    lock: Lock,
    fields: FieldTable,
) -> _Adopted:
    """What the wanted numbers are as manifests, under names that nobody has."""
    owners = _owners(declared, live, lock, fields)
    chosen, skipped = _choose(wanted, live, owners, Hiding(fields, lock))
    directory, unlisted = _directory(account, _referred_kinds(chosen, fields))
    named = {key for each in declared for key in (each.key, *each.previously)}
    numbers = adopt(chosen, live, fields, directory, named | lock.entries.keys())
    return _Adopted(numbers, skipped, unlisted)


def _raise_if_in_the_way(files: Collection[str]) -> None:
    there = [file for file in files if Path(file).exists()]
    if there:
        raise InputError(
            "already there: " + ", ".join(there), help="nothing was written; see --force"
        )


def _write(out: Path, texts: Mapping[str, str], schema: Path, content: Mapping[str, Json]) -> None:
    """Write the manifests, and the schema that their first lines name, if it is not there."""
    out.mkdir(parents=True, exist_ok=True)
    for file, text in texts.items():
        write_atomically(Path(file), text)
    if texts and not schema.exists():
        schema.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(schema, dumps(content, indent=2, ensure_ascii=False) + "\n")


def _faults(texts: Mapping[str, str], context: Context) -> tuple[Diagnostic, ...]:
    """What the rules say of manifests before they are written."""
    read = (manifests_in(text.encode(), file)[0] for file, text in texts.items())
    manifests = merge([each for found in read for each in found], (), {}).manifests
    return check(manifests, context)


def _stops_a_plan(fault: Diagnostic) -> bool:
    """A policy is the team's to meet once it has the manifest; anything else it cannot mend."""
    return fault.severity is Severity.ERROR and fault.code != _POLICY


def _choose(
    wanted: Wanted, live: Sequence[Live], owners: Mapping[str, str], hiding: Hiding
) -> tuple[tuple[Live, ...], tuple[str, ...]]:
    """The numbers to adopt, oldest first, and a word about each that is not.

    `owners` tells by id which manifest a number has.
    """
    fields = hiding.fields
    claimed = {key for each in live if each.id in owners for key in _keys(each, fields)}
    adopted: list[Live] = []
    skipped: list[str] = []
    for each in sorted(_wanted(wanted, live), key=lambda one: (one.created_at, one.id)):
        keys = _keys(each, fields)
        twin = next((f"{name} {value}" for name, value in keys if (name, value) in claimed), None)
        described = describe(hiding.seen(each))
        if each.id in owners:
            skipped.append(f"{described}: managed already, as {owners[each.id]}")
        elif each.provider not in fields.providers:
            skipped.append(f"{described}: its provider {each.provider!r} is not known here")
        elif twin:
            skipped.append(f"{described}: another number with {twin} has a manifest")
        else:
            claimed.update(keys)
            adopted.append(each)
    return tuple(adopted), tuple(skipped)


def _wanted(wanted: Wanted, live: Sequence[Live]) -> Collection[Live]:
    """The live numbers that are asked for. Raises InputError for one that is not there."""
    chosen = {each.id: each for each in live} if wanted.everything else {}
    for option, values in (("id", wanted.ids), ("number", wanted.numbers)):
        for value in values:
            tidy = _tidy(option, value)
            found = [each for each in live if _tidy(option, getattr(each, option)) == tidy]
            if not found:
                raise InputError(f"--{option} {value}: the account holds no such number")
            chosen |= {each.id: each for each in found}
    return chosen.values()


def _tidy(option: str, value: str) -> str:
    """A number without the punctuation that people put into it; an id as it is."""
    return digits_of(value) if option == "number" else value


def _keys(live: Live, fields: FieldTable) -> tuple[tuple[str, str], ...]:
    provider = fields.providers.get(live.provider)
    return natural_keys(live, provider) if provider else ()


def _raise_if_astray(out: Path, manifests: Sequence[str]) -> None:
    """What stands where no plan looks is taken for removed, and its number would be released."""
    inside = [out.resolve().is_relative_to(Path(each).resolve()) for each in manifests]
    if manifests and not any(inside):
        raise InputError(
            f"{out} is not among the manifests of the target: {', '.join(manifests)}",
            help="write below one of these, or add it to the target's manifests first",
        )


def _declared(paths: Sequence[str], target: Target, context: Context) -> tuple[Desired, ...]:
    """What is declared already. Raises InputError where manifests are not valid.

    Without knowing all that is declared, a number might get a second manifest.
    """
    loaded = load([each for each in paths if Path(each).exists()], target.private)
    overlays = load_overlays(target.overlays, target.private)
    merged = merge(loaded.manifests, overlays.manifests, target.variables)
    reading = (*loaded.diagnostics, *overlays.diagnostics, *merged.diagnostics)
    faults = [
        each
        for each in (*reading, *check(merged.manifests, context))
        if each.severity is Severity.ERROR and each.code != _NO_MANIFEST
    ]
    for each in faults:
        raise InputError(
            f"{each.place}: {each.message}",
            help="correct the manifests that are there first: reconciler validate",
        )
    return declared_formerly(merged.manifests, context.fields)


def _owners(
    declared: Sequence[Desired], live: Sequence[Live], lock: Lock, fields: FieldTable
) -> dict[str, str]:
    """Live id to the manifest that it has, as a plan would match them.

    Raises InputError where a plan could not tell.
    """
    matching = match(declared, live, lock, fields)
    if matching.faults:
        raise InputError("\n".join(matching.faults))
    return {each.id: key for key, each in (*matching.orphans.items(), *matching.pairs.items())}


def _directory(account: Account, kinds: Sequence[str]) -> tuple[Directory, tuple[str, ...]]:
    """The resources of these kinds, and the kinds that the account refuses to list."""
    listed: dict[str, tuple[Resource, ...]] = {}
    for kind in kinds:
        with suppress(Refused):
            listed[kind] = account.list_resources(kind)
    return Directory(listed), tuple(kind for kind in kinds if kind not in listed)


def _referred_kinds(live: Sequence[Live], fields: FieldTable) -> list[str]:
    """The kinds of resource whose names the manifests will need."""
    return sorted({kind for each in live for kind in _kinds(each.body, _fields(each, fields))})


def _fields(live: Live, fields: FieldTable) -> Mapping[str, Field]:
    return fields.providers[live.provider].fields


def _kinds(value: Mapping[str, Json], fields: Mapping[str, Field]) -> Iterator[str]:
    for name, child in value.items():
        described = fields.get(name)
        if described and described.reference and child is not None:
            yield described.reference
        elif described and isinstance(child, Mapping):
            yield from _kinds(child, described.properties)


def _entry(adopted: Adopted, fields: FieldTable, salt: str) -> LockEntry:
    """What the lock remembers; where a secret was not shown, only which number it is."""
    live = adopted.live
    if adopted.unshown:
        return LockEntry(live.id, live.provider)
    source = Place("", 1, 1)
    desired = Desired(adopted.key, live.provider, adopted.spec, source)
    return remembered(desired, live, fields.providers[live.provider], salt)
