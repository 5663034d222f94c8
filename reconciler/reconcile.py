"""The story: manifests are read and checked, compared with the account, and the plan is applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from reconciler.apply import Account as Writable
from reconciler.apply import Executor, Stop
from reconciler.checks import Context, check
from reconciler.config import Target
from reconciler.errors import GuardError, InputError
from reconciler.fields import FieldTable
from reconciler.lockfile import LockWriter, read_lock
from reconciler.manifests import load
from reconciler.model import (
    Desired,
    Directory,
    Json,
    Limits,
    Live,
    Lock,
    LockEntry,
    Manifest,
    Operation,
    Outcome,
    Plan,
    Resource,
    Result,
    Validation,
)
from reconciler.planning import (
    Selection,
    Situation,
    as_reviewed,
    make_plan,
    manifests_digest,
    selected_keys,
)
from reconciler.planning.draft import address_of
from reconciler.planning.memory import bound, remembered
from reconciler.resolve import Known, ReadSecret, referenced_kinds, resolve


class Account(Writable, Protocol):
    """What the story asks of an account beside the writes."""

    def list_resources(self, kind: str) -> tuple[Resource, ...]:
        """All resources of one kind."""


@dataclass(frozen=True, slots=True)
class Job:
    """One target, and what this run was told about it. `lock_path` is None for --no-lock."""

    target: Target
    paths: tuple[str, ...]
    fields: FieldTable
    schema: Mapping[str, Json]
    read_secret: ReadSecret
    now: Callable[[], str]
    lock_path: Path | None
    selection: Selection = Selection()


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
    context = Context(job.schema, job.fields, job.target.base_url, job.target.secrets_env)
    diagnostics = (*loaded.diagnostics, *check(loaded.manifests, context))
    return Validation(len(loaded.manifests), diagnostics), loaded.manifests


def plan(job: Job, account: Account, limits: Limits) -> Planned:
    """Compare valid manifests with the account. Nothing is written, not even the lock.

    Raises InvalidManifestsError, InputError where it cannot be told which number is which, and
    ApiError.
    """
    validation, manifests = validate(job)
    if not validation.valid:
        raise InvalidManifestsError(validation)
    lock = _read_lock(job)
    kinds = sorted(referenced_kinds(manifests, job.fields))
    directory = Directory({kind: account.list_resources(kind) for kind in kinds})
    resolved = resolve(manifests, job.fields, Known(directory, {}, job.read_secret))
    if resolved.diagnostics:
        raise InvalidManifestsError(Validation(len(manifests), resolved.diagnostics))
    live = account.list_numbers()
    situation = Situation(
        target=job.target.name,
        base_url=job.target.base_url,
        created_at=job.now(),
        manifests_digest=manifests_digest(manifests),
        desired=resolved.desired,
        live=live,
        fields=job.fields,
        lock=lock,
        directory=directory,
        limits=limits,
        ownership=job.target.ownership,
        undeclared=job.target.undeclared,
        ignore=job.target.ignore,
        selected=selected_keys(job.selection, resolved.desired, lock),
    )
    return Planned(
        plan=make_plan(situation),
        desired={address_of(each.key): each for each in resolved.desired},
        live={each.id: each for each in live},
        lock=lock,
    )


def only_reviewed(planned: Planned, saved: Plan) -> Planned:
    """What was reviewed, and nothing else. Raises GuardError where that is stale."""
    return replace(planned, plan=as_reviewed(saved, planned.plan))


def refuse_blocked(planned: Planned) -> None:
    """Raise GuardError where a guard refuses anything of the plan: then nothing is written."""
    blocked = planned.plan.blocked
    if blocked:
        lines = [f"  {each.address}: {each.message}\n    {each.help}" for each in blocked]
        raise GuardError("nothing was applied, a guard refuses:\n" + "\n".join(lines))


def apply(  # noqa: PLR0913 - what is applied, to what, and how it is told and stopped
    job: Job,
    planned: Planned,
    account: Account,
    *,
    parallel: int,
    observe: Callable[[Result], None],
    pause: Callable[[], object],
    stop: Stop,
) -> Outcome:
    """Run a plan, and remember in the lock what every number now is.

    Raises GuardError where anything is blocked, and OSError where the lock cannot be written.
    """
    refuse_blocked(planned)
    memory = _Memory(job, planned)
    memory.adopt()
    executor = Executor(account, job.fields, memory.remember, observe, pause, parallel, stop)
    return executor.execute(planned.plan, frozenset(planned.live))


class _Memory:
    """Keeps the lock in step with what was written."""

    def __init__(self, job: Job, planned: Planned) -> None:
        self._job = job
        self._planned = planned
        target = job.target
        path = job.lock_path
        self._writer = path and LockWriter(path, target.name, target.base_url, planned.lock)

    def adopt(self) -> None:
        """Bind every manifest to the number that it was found to be."""
        if self._writer:
            bindings = self._planned.plan.bindings
            touched = {each.address for each in self._planned.plan.operations}
            entries = {
                key: self._entry(key, self._planned.live[number_id], address_of(key) in touched)
                for key, number_id in bindings.items()
            }
            former = {name for each in self._planned.desired.values() for name in each.previously}
            self._writer.update(entries, gone=former - bindings.keys())

    def remember(self, operation: Operation, live: Live | None) -> None:
        """Remember one write that landed."""
        if not self._writer:
            return
        key = operation.address.partition("/")[2]
        if live:
            self._writer.update({key: self._entry(key, live, touched=False)})
        elif operation.reason.value != "replace":
            self._writer.update({}, gone=[key])

    def _entry(self, key: str, live: Live, touched: bool) -> LockEntry:
        desired = self._planned.desired[address_of(key)]
        if touched:
            return bound(desired, live, self._planned.lock)
        provider = self._job.fields.providers[desired.provider]
        return remembered(desired, live, provider, self._planned.lock.salt)


def _read_lock(job: Job) -> Lock:
    if job.lock_path is None:
        return Lock()
    return read_lock(job.lock_path, job.target.name, job.target.base_url)
