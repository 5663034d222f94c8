"""The story: manifests are read and checked, compared with the account, and the plan is applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from reconciler.apply import Account as Writable
from reconciler.apply import Memory, Run, run_plan
from reconciler.checks import Context, check
from reconciler.config import Target
from reconciler.errors import InputError
from reconciler.fields import FieldTable
from reconciler.lockfile import LockWriter, read_lock
from reconciler.manifests import load, load_at, merge, read_gitops_state
from reconciler.model import (
    Desired,
    Directory,
    Forecast,
    Json,
    Limits,
    Live,
    Lock,
    Manifest,
    Outcome,
    Plan,
    Resource,
    Validation,
)
from reconciler.planning import (
    OfflineSituation,
    Selection,
    Situation,
    make_forecast,
    make_plan,
    manifests_digest,
    raise_if_blocked,
    selected_keys,
    unknown_parts,
    with_help,
)
from reconciler.planning.draft import address_of
from reconciler.resolve import Known, ReadSecret, declared_formerly, referenced_kinds, resolve


class Account(Writable, Protocol):
    """What the story asks of an account beside the writes."""

    def list_resources(self, kind: str) -> tuple[Resource, ...]:
        """All resources of one kind."""


@dataclass(frozen=True, slots=True)
class Job:
    """One target, and what this run was told about it.

    `lock_path` is None for --no-lock, `read_secret` for --no-secrets. `tell` is told of what the
    API answers and nobody described, None where nobody wants to know.
    """

    target: Target
    paths: tuple[str, ...]
    fields: FieldTable
    schema: Mapping[str, Json]
    read_secret: ReadSecret | None
    now: Callable[[], str]
    lock_path: Path | None
    selection: Selection = Selection()
    base: str | None = None
    policies: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    tell: Callable[[str], None] | None = None


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
    loaded = load(job.paths)
    overlays = load(job.target.overlays)
    merged = merge(loaded.manifests, overlays.manifests, job.target.variables)
    diagnostics = (
        *loaded.diagnostics,
        *overlays.diagnostics,
        *merged.diagnostics,
        *check(merged.manifests, _context(job)),
    )
    return Validation(len(merged.manifests), diagnostics), merged.manifests


def _context(job: Job) -> Context:
    target = job.target
    return Context(job.schema, job.fields, target.base_url, target.secrets_env, job.policies)


def plan(job: Job, account: Account, limits: Limits) -> Planned:
    """Compare valid manifests with the account. Nothing is written, not even the lock.

    Raises InvalidManifestsError, InputError where it cannot be told which number is which, and
    ApiError.
    """
    manifests = _valid(job)
    lock = _read_lock(job)
    kinds = sorted(referenced_kinds(manifests, job.fields))
    directory = Directory({kind: account.list_resources(kind) for kind in kinds})
    known = Known(directory, _gitops(job), job.read_secret)
    desired = _resolved(job, manifests, known)
    live = account.list_numbers()
    if job.tell:
        for each in unknown_parts(live, job.fields):
            job.tell(each)
    situation = Situation(
        target=job.target.name,
        base_url=job.target.base_url,
        created_at=job.now(),
        manifests_digest=manifests_digest(manifests),
        desired=desired,
        live=live,
        fields=job.fields,
        lock=lock,
        directory=directory,
        limits=limits,
        ownership=job.target.ownership,
        undeclared=job.target.undeclared,
        ignore=job.target.ignore,
        selected=selected_keys(job.selection, desired, lock),
        former=_former(job, desired),
        ignored_drift=job.target.ignored_drift,
    )
    return Planned(
        plan=make_plan(situation),
        desired={address_of(each.key): each for each in desired},
        live={each.id: each for each in live},
        lock=lock,
    )


def forecast(job: Job) -> Forecast:
    """Compare valid manifests with the lock, and ask no account: no key, no secret, no network.

    Raises InvalidManifestsError, and InputError for a lock that cannot be read.
    """
    manifests = _valid(job)
    lock = _read_lock(job)
    desired = _resolved(job, manifests, Known(None, _gitops(job), None))
    known = OfflineSituation(
        target=job.target.name,
        base_url=job.target.base_url,
        desired=desired,
        fields=job.fields,
        lock=lock,
        undeclared=job.target.undeclared,
        selected=selected_keys(job.selection, desired, lock),
        former=_former(job, desired),
    )
    return make_forecast(known)


def _valid(job: Job) -> tuple[Manifest, ...]:
    validation, manifests = validate(job)
    if not validation.valid:
        raise InvalidManifestsError(validation)
    return manifests


def _resolved(job: Job, manifests: Sequence[Manifest], known: Known) -> tuple[Desired, ...]:
    resolved = resolve(manifests, job.fields, known)
    if resolved.diagnostics:
        raise InvalidManifestsError(Validation(len(manifests), resolved.diagnostics))
    return resolved.desired


def _former(job: Job, desired: Sequence[Desired]) -> tuple[Desired, ...]:
    """What was declared at the base revision and is not declared now."""
    if job.base is None:
        return ()
    context = _context(job)
    still = {each.key for each in desired}
    valid = (each for each in load_at(job.base, job.paths) if not check([each], context))
    former = declared_formerly(tuple(valid), job.fields)
    return tuple(each for each in former if each.key not in still)


def apply(job: Job, planned: Planned, account: Account, run: Run) -> Outcome:
    """Run a plan, and remember in the lock what every number now is.

    Raises GuardError where anything is blocked, InputError where no record can be kept, and
    OSError where the lock cannot be written.
    """
    raise_if_blocked(planned.plan)
    target, path = job.target, job.lock_path
    writer = LockWriter(path, target.name, target.base_url, planned.lock) if path else None
    memory = Memory(writer, job.fields, planned.lock, planned.desired)
    outcome = run_plan(planned.plan, planned.live, account, memory, run, job.now)
    return with_help(outcome, planned.desired)


def _gitops(job: Job) -> Mapping[str, Mapping[str, str]]:
    path = job.target.gitops_state
    return read_gitops_state(path) if path else {}


def _read_lock(job: Job) -> Lock:
    if job.lock_path is None:
        return Lock()
    return read_lock(job.lock_path, job.target.name, job.target.base_url)
