"""Operations and what is refused -> the plan in numbers. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from reconciler.model import Action, Blocked, Operation, Reason, Summary


def counted(
    summary: Summary, operations: Sequence[Operation], blocked: Sequence[Blocked]
) -> Summary:
    """The summary with what is done and refused counted anew."""
    actions = Counter(each.action for each in operations)
    replacing = (
        each
        for each in operations
        if each.reason is Reason.REPLACE and each.action is Action.CREATE
    )
    return replace(
        summary,
        create=actions[Action.CREATE],
        patch=actions[Action.PATCH],
        delete=actions[Action.DELETE],
        replace=sum(1 for _ in replacing),
        blocked=len({each.address for each in blocked}),
    )
