"""Drafts and limits -> what is refused, and the flag or line that lets it pass. Pure.

What cannot be undone stands behind limits that are 0 until somebody says otherwise. A guard refuses
the whole plan: half of a plan that surprised somebody is no better than all of it.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from reconciler.errors import GuardError, unbroken
from reconciler.model import RAISES_A_LIMIT, Action, Blocked, Limit, Limits, Plan
from reconciler.planning.draft import Draft, Kind

_WHAT: Final = {
    Kind.CREATE: ("number", "would be created"),
    Kind.RECREATE: ("number that vanished", "would be created again"),
    Kind.CHANGE: ("number", "would change"),
    Kind.REPLACE: ("number", "would be replaced"),
    Kind.DELETE: ("number", "would be released"),
}
_SHOWN: Final = 3


def _guard(kind: Kind) -> str:
    return "recreate" if kind is Kind.RECREATE else f"limits.{kind.value}"


def refuse(drafts: Sequence[Draft], limits: Limits, managed: int) -> Iterator[Blocked]:
    """Yield what `limits` and `preventDestroy` refuse; `managed` is what percents are taken of."""
    for draft in drafts:
        if draft.protected and draft.operation.action is Action.DELETE:
            yield _protected(draft)
    for kind in Kind:
        counted = _counted(drafts, kind)
        limit: Limit = getattr(limits, kind.value)
        if len(counted) > (allowed := allowance(limit, managed)):
            for draft in counted:
                yield _over(draft, kind, limit, int(allowed), len(counted))


def raise_if_blocked(plan: Plan) -> None:
    """Raise GuardError where anything of a plan is refused: then nothing of it is written."""
    if plan.blocked:
        told: dict[tuple[str, str], list[str]] = defaultdict(list)
        for each in plan.blocked:
            told[each.message, each.help].append(unbroken(each.address))
        lines = [f"  {some_of(those)}: {why}\n    {way}" for (why, way), those in told.items()]
        raise GuardError("nothing was applied, a guard refuses:\n" + "\n".join(lines))


def some_of(addresses: Sequence[str]) -> str:
    """The first few of what one message is about, and how many more there are."""
    first, more = ", ".join(addresses[:_SHOWN]), len(addresses) - _SHOWN
    return f"{first} and {more} more" if more > 0 else first


def allowance(limit: Limit, managed: int) -> float:
    """How many operations a limit allows: the smaller of its count and its percent."""
    by_count = math.inf if limit.count is None else limit.count
    if limit.percent is None or managed < limit.from_managed:
        return by_count
    return min(by_count, math.floor(managed * limit.percent / 100))


def unattended(limits: Limits) -> Limits:
    """The limits of a run that nobody looks at: no more than 30% changes, once ten are managed."""
    if limits.changes != Limit():
        return limits
    return replace(limits, changes=Limit(percent=30, from_managed=10))


def _counted(drafts: Sequence[Draft], kind: Kind) -> Sequence[Draft]:
    """What a limit counts. A replace is two operations, maybe of two runs, and counts once."""
    counted = [each for each in drafts if each.kind is kind]
    if kind is not Kind.REPLACE:
        return counted
    return list({each.operation.address: each for each in reversed(counted)}.values())[::-1]


def _over(draft: Draft, kind: Kind, limit: Limit, allowed: int, count: int) -> Blocked:
    noun, verb = _WHAT[kind]
    plural = noun if count == 1 else noun.replace("number", "numbers", 1)
    shown = f"{limit.percent:g}%, here {allowed}" if limit.percent is not None else str(allowed)
    return Blocked(
        address=draft.operation.address,
        guard=_guard(kind),
        message=f"limits.{kind.value} is {shown}, and {count} {plural} {verb}",
        help=f"{RAISES_A_LIMIT}{kind.value} {count}",
    )


def _protected(draft: Draft) -> Blocked:
    source = draft.operation.source
    where = f" in {source.file}" if source else ""
    return Blocked(
        address=draft.operation.address,
        guard="preventDestroy",
        message="lifecycle.preventDestroy forbids to release this number",
        help=f"set lifecycle.preventDestroy: false{where} and apply that first",
    )
