"""A saved plan and a fresh one -> exactly what was reviewed, or why that is stale. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reconciler.errors import GuardError, unbroken
from reconciler.model import Operation, Plan


def as_reviewed(saved: Plan, fresh: Plan) -> Plan:
    """The operations of `saved`, with the bodies that only `fresh` knows, and nothing else.

    Live numbers that the saved plan does not touch may have moved. What was refused when it was
    made is refused still, unless this run allows it; a limit that was raised then was reviewed with
    the plan. Raises GuardError, naming what moved, where anything that was reviewed no longer
    holds.
    """
    moved = [*_moved_frame(saved, fresh)]
    if not moved:
        moved = [*_moved_operations(saved, fresh)]
    if moved:
        raise GuardError(
            "the saved plan is stale:\n" + "\n".join(f"  {each}" for each in moved),
            help="plan again, review that, and apply it",
        )
    by_identity = {_identity(each): each for each in fresh.operations}
    operations = tuple(
        replace(each, body=by_identity[_identity(each)].body) for each in saved.operations
    )
    touched = {each.address for each in operations}
    refused = {(each.address, each.guard) for each in saved.blocked}
    return replace(
        fresh,
        operations=operations,
        blocked=tuple(
            each
            for each in fresh.blocked
            if (each.address, each.guard) in refused
            or (each.address in touched and not each.counted)
        ),
        summary=saved.summary,
    )


def _moved_frame(saved: Plan, fresh: Plan) -> Iterator[str]:
    if saved.target != fresh.target:
        yield f"it was made for target {saved.target}, and this is {fresh.target}"
    if saved.base_url != fresh.base_url:
        yield f"it was made for {saved.base_url}, and this is {fresh.base_url}"
    if saved.org_id and fresh.org_id and saved.org_id != fresh.org_id:
        yield "it was made for another organisation of the account"
    if saved.manifests_digest != fresh.manifests_digest:
        yield "the manifests changed since"


def _moved_operations(saved: Plan, fresh: Plan) -> Iterator[str]:
    by_identity = {_identity(each): each for each in fresh.operations}
    for each in saved.operations:
        now = by_identity.get(_identity(each))
        name = f"{each.action.value} {unbroken(each.address)}"
        if now is None:
            yield f"{name}: no longer what the account needs"
        elif now.precondition != each.precondition:
            yield f"{name}: the live number changed since"
        elif now.changes != each.changes:
            yield f"{name}: it would change other values now"


def _identity(operation: Operation) -> tuple[str, str, str | None, bool]:
    vacates = operation.reason.value == "vacate"
    return operation.action.value, operation.address, operation.live_id, vacates
