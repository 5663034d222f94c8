"""One target, and what a run was told about it -> its manifests, checked and resolved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from reconciler.apply import Account as Writable
from reconciler.checks import Context, check
from reconciler.config import Target
from reconciler.errors import InputError
from reconciler.fields import FieldTable
from reconciler.lockfile import read_lock
from reconciler.manifests import Base, load, load_base, load_overlays, merge, name_of
from reconciler.model import (
    Desired,
    GitopsState,
    Json,
    Live,
    Lock,
    Manifest,
    Plan,
    Policy,
    Resource,
    Validation,
    Warned,
)
from reconciler.planning import Selection, has_labels, raise_if_unknown
from reconciler.planning.draft import address_of
from reconciler.resolve import Known, ReadSecret, declared_formerly, resolve

_KIND: Final = "PhoneNumber"


class Account(Writable, Protocol):
    """What the story asks of an account beside the writes."""

    def list_resources(self, kind: str) -> tuple[Resource, ...]:
        """All resources of one kind."""


@dataclass(frozen=True, slots=True)
class Job:
    """One target, and what this run was told about it.

    `lock_path` is None for --no-lock, `read_secret` for --no-secrets. `tell` is told of what the
    API answers and nobody described, `warn` of what this run was told and fits nothing; None where
    nobody wants to know.
    """

    target: Target
    paths: tuple[str, ...]
    fields: FieldTable
    schema: Mapping[str, Json]
    read_secret: ReadSecret | None
    now: Callable[[], str]
    lock_path: Path | None
    selection: Selection = Selection()
    base: Base | None = None
    policies: tuple[Policy, ...] = ()
    gitops: GitopsState = GitopsState()
    tell: Callable[[str], None] | None = None
    warn: Callable[[str], None] | None = None


@dataclass(frozen=True, slots=True)
class Former:
    """What a base revision declared and nobody declares now, and doubts of what was not read."""

    declared: tuple[Desired, ...] = ()
    doubts: tuple[Warned, ...] = ()


class InvalidManifestsError(InputError):
    """The manifests have errors; `validation` holds them all."""

    def __init__(self, validation: Validation) -> None:
        super().__init__("the manifests have errors")
        self.validation = validation


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and what applying it needs to know beside it."""

    plan: Plan
    desired: Mapping[str, Desired]
    live: Mapping[str, Live]
    lock: Lock


def validate(job: Job) -> tuple[Validation, tuple[Manifest, ...]]:
    """Read and check the manifests of a target, offline."""
    loaded = load(job.paths, job.target.private)
    overlays = load_overlays(job.target.overlays, job.target.private)
    merged = merge(
        loaded.manifests,
        overlays.manifests,
        job.target.variables,
        partial=job.selection.partial,
    )
    diagnostics = (
        *loaded.diagnostics,
        *overlays.diagnostics,
        *merged.diagnostics,
        *check(merged.manifests, _context(job)),
    )
    return Validation(len(merged.manifests), diagnostics), merged.manifests


def _context(job: Job) -> Context:
    target = job.target
    return Context(job.schema, job.fields, target.base_url, target.reach, job.policies)


def valid_manifests(job: Job) -> tuple[Manifest, ...]:
    """The manifests of a target. Raises InvalidManifestsError where one has an error."""
    validation, manifests = validate(job)
    if not validation.valid:
        raise InvalidManifestsError(validation)
    check_selection(job, manifests)
    return manifests


def check_selection(job: Job, manifests: Sequence[Manifest]) -> None:
    """Warn of labels that no manifest has: a run that looks at nothing would seem a good one.

    Raises InputError for a name that neither a manifest nor the lock has.
    """
    selection = job.selection
    labels = {name_of(each): _labels(each) for each in manifests}
    if not labels.keys() >= set(selection.only):
        raise_if_unknown(selection, labels.keys() | remembered_of(job).entries.keys())
    chosen = selection.only or labels
    fits = any(has_labels(selection, labels.get(each, {})) for each in chosen)
    if selection.labels and not fits and job.warn:
        wanted = ", ".join(f"{key}={value}" for key, value in selection.labels.items())
        job.warn(f"{job.target.name}: no manifest that is meant has the label {wanted}")


def _labels(manifest: Manifest) -> Mapping[str, str]:
    metadata: Any = manifest.value["metadata"]
    labels: Mapping[str, str] = metadata.get("labels", {})
    return labels


def resolved(job: Job, manifests: Sequence[Manifest], known: Known) -> tuple[Desired, ...]:
    """What valid manifests want. Raises InvalidManifestsError where a reference leads nowhere."""
    found = resolve(manifests, job.fields, known)
    if found.diagnostics:
        raise InvalidManifestsError(Validation(len(manifests), found.diagnostics))
    return found.desired


def former(job: Job, desired: Sequence[Desired]) -> Former:
    """What was declared at the base revision and is not declared now. Raises InputError."""
    if job.base is None:
        return Former()
    revision, past = job.base.revision, load_base(job.base)
    still = {each.key for each in desired}
    declared: list[Desired] = []
    doubts: list[Warned] = []
    for manifest, faults in past.manifests:
        name = name_of(manifest)
        if name in still or manifest.value.get("kind") != _KIND:
            continue
        found = declared_formerly([manifest], job.fields)
        file = manifest.layers[0].file
        if found and not faults:
            declared.extend(each for each in found if each.key not in still)
        else:
            reason = (
                faults[0].message if faults else "its name, provider, binding or lifecycle is none"
            )
            doubts.append(_doubt(name or file, revision, f"{file}: {reason}"))
    doubts.extend(
        _doubt(each.place.file, revision, f"{each.place.file}: {each.message}")
        for each in past.unread
    )
    return Former(tuple(declared), tuple(doubts))


def _doubt(key: str, revision: str, reason: str) -> Warned:
    message = f"what {revision} declared cannot be told, and nothing is released for it: {reason}"
    return Warned(address_of(key), message)


def remembered_of(job: Job) -> Lock:
    """What the lock knows of the target; nothing with --no-lock. Raises InputError."""
    if job.lock_path is None:
        return Lock()
    return read_lock(job.lock_path, job.target.name, job.target.base_url)
