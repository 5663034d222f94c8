"""A plan and the drift policy of a target -> what is corrected, and what is only told. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from reconciler.model import Action, Desired, DriftIgnored, Operation, Path, Plan, Reason


def ignored_drift(
    desired: Desired, rules: Sequence[DriftIgnored], unchanged: AbstractSet[str]
) -> tuple[Path, ...]:
    """The paths of a number whose drift is left alone.

    `unchanged` are the fields that its manifest did not move: in those that it did, the live side
    has no say.
    """
    labels = dict(desired.labels)
    fitting = (each for each in rules if each.labels.items() <= labels.items())
    every = tuple((name,) for name in sorted(unchanged))
    paths = (path for each in fitting for path in each.fields or every)
    return tuple(path for path in paths if path[0] in unchanged)


def without_drift(plan: Plan) -> tuple[Plan, tuple[Operation, ...]]:
    """The plan without the drift in it, and that drift, for a run that only reports it.

    What waits for a value that such a number holds is left out with it.
    """
    left_out: set[str] = set()
    for each in plan.operations:  # What an operation requires comes before it.
        if each.reason is Reason.DRIFTED or left_out & set(each.requires):
            left_out.add(each.id)
    kept = tuple(each for each in plan.operations if each.id not in left_out)
    gone = {each.address for each in plan.operations} - {each.address for each in kept}
    counted = {action: sum(each.action is action for each in kept) for action in Action}
    summary = replace(
        plan.summary,
        create=counted[Action.CREATE],
        patch=counted[Action.PATCH],
        delete=counted[Action.DELETE],
    )
    blocked = tuple(each for each in plan.blocked if each.address not in gone)
    drift = tuple(each for each in plan.operations if each.id in left_out)
    return replace(plan, operations=kept, blocked=blocked, summary=summary), drift
