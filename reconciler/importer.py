"""The story backwards: live numbers become manifests, bound in the lock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from reconciler.checks import Context, check
from reconciler.errors import InputError
from reconciler.fields import Field, FieldTable
from reconciler.lockfile import LockWriter, write_atomically
from reconciler.manifests import load, manifest_text
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
)
from reconciler.planning.adoption import Adopted, adopt
from reconciler.planning.match import describe
from reconciler.planning.memory import remembered


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

    `faults` are what the rules say of the files: an account may hold what no manifest may.
    """

    files: Mapping[str, Adopted]
    skipped: tuple[str, ...]
    faults: tuple[Diagnostic, ...]


def import_numbers(  # noqa: PLR0913 - what, from where, to where
    wanted: Wanted,
    account: Account,
    context: Context,
    writer: LockWriter,
    *,
    out: Path,
    manifests: Sequence[str],
    overwrite: bool,
) -> Imported:
    """Write a manifest for each wanted number that none declares yet, and bind it in the lock.

    `manifests` are the paths that may declare numbers already. Raises InputError where a file is
    in the way, or an id or number is not there; then nothing is written.
    """
    fields = context.fields
    live = account.list_numbers()
    declared = _declared(manifests)
    chosen, skipped = _choose(wanted, live, {**declared.owners, **_locked(writer.lock)}, fields)
    directory = Directory(
        {kind: account.list_resources(kind) for kind in _referred_kinds(chosen, fields)}
    )
    taken = declared.keys | writer.lock.entries.keys()
    adopted = adopt(chosen, live, fields, directory, taken)
    files = {str(out / f"{each.key}.yaml"): each for each in adopted}
    in_the_way = [file for file in files if Path(file).exists()]
    if in_the_way and not overwrite:
        raise InputError(
            "already there: " + ", ".join(in_the_way), help="nothing was written; see --force"
        )
    out.mkdir(parents=True, exist_ok=True)
    for file, each in files.items():
        write_atomically(Path(file), manifest_text(each.document))
    writer.own(next((each.org_id for each in live if each.org_id), None))
    salt = writer.lock.salt
    writer.update({each.key: _entry(each, fields, salt) for each in adopted})
    return Imported(files, skipped, check(load(list(files)).manifests, context))


def _choose(
    wanted: Wanted, live: Sequence[Live], owners: Mapping[str, str], fields: FieldTable
) -> tuple[tuple[Live, ...], tuple[str, ...]]:
    """The numbers to adopt, oldest first, and a word about each that is not."""
    chosen = {each.id: each for each in live} if wanted.everything else {}
    for option, values in (("id", wanted.ids), ("number", wanted.numbers)):
        for value in values:
            found = [each for each in live if getattr(each, option) == value]
            if not found:
                raise InputError(f"--{option} {value}: the account holds no such number")
            chosen |= {each.id: each for each in found}
    adopted: list[Live] = []
    skipped: list[str] = []
    for each in sorted(chosen.values(), key=lambda one: (one.created_at, one.id)):
        identities = (each.id, each.number, each.sip_uri.lower())
        owner = next((owners[value] for value in identities if value in owners), None)
        if owner:
            skipped.append(f"{describe(each)}: managed already, as {owner}")
        elif each.provider not in fields.providers:
            skipped.append(f"{describe(each)}: its provider {each.provider!r} is not known here")
        else:
            adopted.append(each)
    return tuple(adopted), tuple(skipped)


@dataclass(frozen=True, slots=True)
class _Declared:
    """What manifests declare already: their keys, and id, digits or SIP URI to key."""

    keys: frozenset[str]
    owners: Mapping[str, str]


def _declared(paths: Sequence[str]) -> _Declared:
    keys: set[str] = set()
    owners: dict[str, str] = {}
    for manifest in load([each for each in paths if Path(each).exists()]).manifests:
        parts = [manifest.value.get(name) for name in ("metadata", "binding", "spec")]
        metadata, binding, spec = (each if isinstance(each, Mapping) else {} for each in parts)
        key = str(metadata.get("name"))
        keys.add(key)
        for value in (*binding.values(), spec.get("sipUri"), spec.get("number")):
            if isinstance(value, str):
                owners[value.lower()] = key
    return _Declared(frozenset(keys), owners)


def _locked(lock: Lock) -> dict[str, str]:
    return {entry.id: key for key, entry in lock.entries.items()}


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
