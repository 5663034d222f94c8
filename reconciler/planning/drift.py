"""A plan and the drift policy of a target -> what is corrected, and what is only told. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from reconciler.model import Action, Desired, DriftIgnored, Operation, Path, Plan, Reason
from reconciler.planning.draft import Draft
from reconciler.planning.summary import counted
from reconciler.planning.unmoved import Unmoved


def ignored_drift(
    desired: Desired, rules: Sequence[DriftIgnored], unmoved: Unmoved
) -> tuple[Path, ...]:
    """The paths of a number whose drift is left alone.

    Where its manifest moved something, the live side has no say.
    """
    labels = dict(desired.labels)
    fitting = [each for each in rules if each.labels.items() <= labels.items()]
    if any(not each.fields for each in fitting):
        return unmoved.parts
    return tuple(
        path for each in fitting for fields in each.fields for path in unmoved.within(fields)
    )


def without_drift(plan: Plan) -> tuple[Plan, tuple[Operation, ...]]:
    """The plan without the drift in it, and that drift, for a run that only reports it."""
    held = _held(plan.operations)
    kept = tuple(each for each in plan.operations if each.id not in held)
    gone = {each.address for each in plan.operations} - {each.address for each in kept}
    blocked = tuple(each for each in plan.blocked if each.address not in gone)
    summary = counted(plan.summary, kept, blocked)
    drift = tuple(each for each in plan.operations if each.id in held)
    waiting = frozenset(each.address.partition("/")[2] for each in drift if _is_change(each))
    kept_plan = replace(plan, operations=kept, blocked=blocked, summary=summary, waiting=waiting)
    return kept_plan, drift


def _is_change(operation: Operation) -> bool:
    """Whether an operation is what a manifest asks for, and no drift."""
    return operation.reason not in {Reason.DRIFTED, Reason.VACATE}


def without_held(drafts: Sequence[Draft], operations: Sequence[Operation]) -> Sequence[Draft]:
    """The drafts that become a call where drift is only reported; `operations` are of them all."""
    held = _held(operations)
    left_out = {_call(each) for each in operations if each.id in held}
    return [each for each in drafts if _call(each.operation) not in left_out]


def _held(operations: Sequence[Operation]) -> AbstractSet[str]:
    """The ids of the drift.

    What waits for a value that such a number holds is held with it, and so is the patch that parks
    a value for a moment: that moment would not end.
    """
    held: set[str] = set()
    parking = {each.live_id: each.id for each in operations if each.reason is Reason.VACATE}
    before = -1
    while before != len(held):
        before = len(held)
        for each in operations:  # What an operation requires comes before it.
            if each.reason is Reason.DRIFTED or held & set(each.requires):
                held.add(each.id)
                if each.live_id in parking:
                    held.add(parking[each.live_id])
    return held


def _call(operation: Operation) -> tuple[Action, str, str | None]:
    return operation.action, operation.address, operation.live_id
