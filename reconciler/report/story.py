"""A plan -> what every page about it tells: one entry a number, and what is lost. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reconciler.model import Action, Blocked, Change, Operation, Plan, Reason, Secret
from reconciler.report.words import count, telephone, value

_WHY: Final[Mapping[Reason, str]] = {
    Reason.DECLARED: "the manifest says so",
    Reason.CHANGED: "it differs from the manifest",
    Reason.DRIFTED: "it was changed elsewhere",
    Reason.REMOVED: "its manifest is gone",
    Reason.TOMBSTONE: "it is declared absent",
    Reason.UNOWNED: "nothing here declares it",
    Reason.REPLACE: "only a new number can have these values",
    Reason.VACATE: "another number needs its value",
}
_WHAT: Final = {Action.CREATE: "create", Action.PATCH: "change", Action.DELETE: "release"}


@dataclass(frozen=True, slots=True)
class Entry:
    """What becomes of one number. `what` is create, change, release, replace, or blocked."""

    address: str
    what: str
    symbol: str
    why: str
    label: str
    place: str
    changes: tuple[Change, ...]
    blocked: tuple[Blocked, ...] = ()


def entries(plan: Plan) -> Iterator[Entry]:
    """One entry an operation, a replace as one; then what is blocked and has no operation."""
    refusals: dict[str, list[Blocked]] = defaultdict(list)
    for each in plan.blocked:
        refusals[each.address].append(each)
    halves = {
        (each.address, each.action): each
        for each in plan.operations
        if each.reason is Reason.REPLACE
    }
    for operation in plan.operations:
        address = operation.address
        other = Action.CREATE if operation.action is Action.DELETE else Action.DELETE
        half = halves.get((address, other)) if operation.reason is Reason.REPLACE else None
        if half and operation.action is Action.DELETE:
            continue  # It is told with its create.
        yield _entry(operation, half, refusals.pop(address, []))
    for address, blocked in refusals.items():
        yield Entry(address, "blocked", "!", "", "", "", (), tuple(blocked))


def irreversible(plan: Plan) -> Iterator[tuple[str, str, str]]:
    """What cannot be undone: an address, what is lost or bought, and a word about it."""
    for operation in plan.operations:
        if operation.action is Action.DELETE:
            note = next((each.note for each in operation.changes if each.note), "")
            yield operation.address, telephone(operation.label), note or "is released for good"
        for each in operation.changes if operation.action is Action.CREATE else ():
            if each.note:
                yield operation.address, "", each.note


def headline(plan: Plan) -> str:
    """The plan in a dozen words, made of nothing foreign."""
    summary = plan.summary
    if not plan.operations and not plan.blocked:
        return "no changes"
    said = f"{summary.create} to add, {summary.patch} to change, {summary.delete} to destroy"
    replaced = f" ({count(summary.replace, 'replace')} among them)" if summary.replace else ""
    return said + replaced


def one_line(message: str) -> str:
    """A message of several lines as one."""
    return "; ".join(line.strip() for line in message.split("\n"))


def shown(change: Change) -> tuple[str, str]:
    """What was there and what will be, "" where there is nothing; a secret as its placeholder."""
    if change.sensitive:
        return (
            "" if change.before is None else Secret.SHOWN,
            "" if change.after is None else Secret.SHOWN,
        )
    return (
        "" if change.before is None else value(change.before, change.before_name),
        "" if change.after is None else value(change.after, change.after_name),
    )


def _entry(operation: Operation, half: Operation | None, blocked: Sequence[Blocked]) -> Entry:
    what, symbol = _WHAT[operation.action], {"create": "+", "patch": "~", "delete": "-"}
    source = operation.source
    return Entry(
        address=operation.address,
        what="replace" if half else what,
        symbol="-/+" if half else symbol[operation.action.value],
        why=_WHY[operation.reason],
        label=telephone((half or operation).label),
        place=f"{source.file}:{source.line}" if source else "",
        changes=(*half.changes, *operation.changes) if half else operation.changes,
        blocked=tuple(blocked),
    )
