"""The story: manifests are read and checked, compared with the account, and the plan is applied."""

from __future__ import annotations

from reconciler.apply import Memory, Run, run_plan
from reconciler.job import (
    Account,
    Job,
    Planned,
    former,
    remembered_of,
    resolved,
    valid_manifests,
)
from reconciler.lockfile import LockWriter
from reconciler.model import Directory, Forecast, Limits, Outcome
from reconciler.planning import (
    OfflineSituation,
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
from reconciler.resolve import Known, referenced_kinds


def plan(job: Job, account: Account, limits: Limits, *, hold_drift: bool = False) -> Planned:
    """Compare valid manifests with the account. Nothing is written, not even the lock.

    With `hold_drift`, what a manifest changes is planned without the drift beside it.
    Raises InvalidManifestsError, InputError where it cannot be told which number is which, and
    ApiError.
    """
    manifests = valid_manifests(job)
    lock = remembered_of(job)
    kinds = sorted(referenced_kinds(manifests, job.fields))
    directory = Directory({kind: account.list_resources(kind) for kind in kinds})
    known = Known(directory, job.gitops, job.read_secret)
    desired = resolved(job, manifests, known)
    past = former(job, desired)
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
        former=past.declared,
        doubts=past.doubts,
        ignored_drift=job.target.ignored_drift,
        hold_drift=hold_drift,
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
    manifests = valid_manifests(job)
    lock = remembered_of(job)
    desired = resolved(job, manifests, Known(None, job.gitops, None))
    past = former(job, desired)
    known = OfflineSituation(
        target=job.target.name,
        base_url=job.target.base_url,
        desired=desired,
        fields=job.fields,
        lock=lock,
        undeclared=job.target.undeclared,
        selected=selected_keys(job.selection, desired, lock),
        former=past.declared,
        doubts=past.doubts,
    )
    return make_forecast(known)


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
