"""A plan -> text in the manner of Terraform, and the plan document as JSON. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from reconciler.model import Action, Blocked, Change, Json, Operation, Plan, Reason, Secret
from reconciler.report.escape import json_text, terminal, terminal_lines
from reconciler.report.health import health_lines
from reconciler.report.views import PlanView, Style
from reconciler.report.words import are, columns, count, telephone, value

NO_CHANGES: Final = "No changes. Your infrastructure matches the configuration."

# The columns where what stands beside a line begins: the manifest's place, and a remark.
_PLACES: Final = 76
_REMARKS: Final = 52
# Two values that take more than this stand below each other.
_ONE_LINE: Final = 100
_GONE: Final = {
    Reason.TOMBSTONE: "declared absent",
    Reason.REMOVED: "its manifest is gone",
    Reason.UNOWNED: "not declared here",
}


def plan_text(view: PlanView) -> str:
    """Every operation with its changes, what is blocked and why, and Terraform's last line."""
    plan, style = view.plan, view.style
    parts = [
        _header(plan, style),
        *_blocks(plan, style),
        "\n".join(_warnings(plan, style)),
        "\n".join(health_lines(plan.health, style)),
        "\n".join(_unmanaged(plan)) if style.verbose else "",
        "\n".join(_closing(plan, style)),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def plan_json(view: PlanView) -> str:
    """The plan document (`schemas/plan.schema.json`)."""
    return json_text(view.document)


def _header(plan: Plan, style: Style) -> str:
    manifests, live = count(plan.manifests, "manifest"), count(plan.live, "live number")
    return f"{style.bold(terminal(plan.target))}  {terminal(plan.base_url)}  {manifests}, {live}"


def _blocks(plan: Plan, style: Style) -> Iterator[str]:
    """One block an operation, a replace as one; then what is blocked without an operation."""
    refusals: dict[str, list[Blocked]] = defaultdict(list)
    for each in plan.blocked:
        refusals[each.address].append(each)
    released = _released(plan)
    for operation in plan.operations:
        address = operation.address
        if operation is released.get(address):
            continue
        blocked = refusals.pop(address, [])
        yield "\n".join(_block(operation, released.get(address), blocked, style))
    for address, blocked in refusals.items():
        title = style.bold(f"# {terminal(address)} is blocked by {_guards(blocked)}")
        yield "\n".join([f"  {title}", *_refusals(blocked, style)])


def _released(plan: Plan) -> dict[str, Operation]:
    """The delete half of each replace, by address."""
    return {
        each.address: each
        for each in plan.operations
        if each.reason is Reason.REPLACE and each.action is Action.DELETE
    }


def _block(
    operation: Operation, released: Operation | None, blocked: Sequence[Blocked], style: Style
) -> Iterator[str]:
    title = f"# {terminal(operation.address)} {_verb(operation, blocked)}"
    if blocked:
        title += f": blocked by {_guards(blocked)}"
    source = operation.source
    place = f"{terminal(source.file)}:{source.line}" if source else ""
    symbol = "-/+" if released else " "
    gap = " " * max(2, _PLACES - len(symbol) - 1 - columns(title)) if place else ""
    yield f"{style.red(symbol) if released else symbol} {style.bold(title)}{gap}{style.dim(place)}"
    changes = (*released.changes, *operation.changes) if released else operation.changes
    width = max((columns(terminal(each.path)) for each in changes), default=0)
    for change in changes:
        yield from _change(change, operation, width, style)
    yield from _refusals(blocked, style)


def _verb(operation: Operation, blocked: Sequence[Blocked]) -> str:
    """What will become of the number, and why."""
    match operation.action, operation.reason:
        case _, Reason.REPLACE:
            return "must be replaced"
        case Action.CREATE, _:
            return "will be created"
        case Action.PATCH, Reason.VACATE:
            return "will be updated in-place, to make way"
        case Action.PATCH, reason:
            return f"will be updated in-place, {reason.value}"
        case _, reason:
            fate = "must be released" if blocked else "will be destroyed"
            return f"{fate}, {_GONE.get(reason, reason.value)}"


def _guards(blocked: Sequence[Blocked]) -> str:
    return ", ".join(terminal(each.guard) for each in blocked)


def _change(change: Change, operation: Operation, width: int, style: Style) -> Iterator[str]:
    """One line where the values are short; else the path, and the values below it."""
    before, after = shown_values(change)
    shown = " -> ".join(each for each in (before, after) if each)
    symbol, remark = _marks(change, operation)
    paint = {"+": style.green, "~": style.yellow}.get(symbol, style.red)
    path = terminal(change.path)
    is_short = "\n" not in shown and columns(shown) <= _ONE_LINE
    left = f"{path}{' ' * (width - columns(path))}  {shown}" if is_short else path
    gap = " " * max(2, _REMARKS - 4 - columns(left)) if remark else ""
    yield f"{' ' * (3 - len(symbol))}{paint(symbol)} {left}{gap}{style.dim(terminal(remark))}"
    if not is_short:
        yield from (f"      {style.red('-')} {line}" for line in before.splitlines())
        yield from (f"      {style.green('+')} {line}" for line in after.splitlines())


def _marks(change: Change, operation: Operation) -> tuple[str, str]:
    """Terraform's symbol, and what a reader should know; planning's own note comes first."""
    symbol, remark = "~", ""
    if change.before is None:
        symbol = "+"
    elif change.after is None:
        symbol = "-"
        if operation.action is Action.PATCH:
            elsewhere = "set elsewhere, " if operation.reason is Reason.DRIFTED else ""
            remark = f"{elsewhere}not in the manifest"
    elif operation.reason is Reason.REPLACE:
        symbol, remark = "-/+", "forces replacement"
    return symbol, change.note or remark


def shown_values(change: Change) -> tuple[str, str]:
    """What was there and what will be, "" where there is nothing."""
    return (
        _value(change, change.before, change.before_name),
        _value(change, change.after, change.after_name),
    )


def _value(change: Change, shown: Json, name: str) -> str:
    if shown is None:
        return ""
    if change.sensitive:
        return Secret.SHOWN
    if change.note and change.after is None and isinstance(shown, str):
        # Digits that are lost, as people read them.
        return telephone(shown)
    return value(shown, name)


def _refusals(blocked: Sequence[Blocked], style: Style) -> Iterator[str]:
    for each in blocked:
        yield f"  {style.red('!')} {terminal_lines(each.message, '    ')}"
        if each.help:
            yield f"    to allow it: {terminal_lines(each.help, '    ')}"


def _warnings(plan: Plan, style: Style) -> Iterator[str]:
    for each in plan.warnings:
        message = terminal_lines(each.message, "    ")
        yield f"  {style.yellow('warning:')} {terminal(each.address)}: {message}"


def _unmanaged(plan: Plan) -> Iterator[str]:
    if plan.unmanaged:
        yield "  Unmanaged numbers, left alone:"
    for each in plan.unmanaged:
        shown = telephone(each.number or each.sip_uri) or "no number"
        yield f"    {terminal(each.id)}  {terminal(each.name) or '(no name)'}  {shown}"


def _closing(plan: Plan, style: Style) -> Iterator[str]:
    summary = plan.summary
    if not plan.operations and not plan.blocked:
        yield NO_CHANGES
    else:
        # To the letter: review bots read this line.
        yield (
            f"Plan: {summary.create} to add, {summary.patch} to change, "
            f"{summary.delete} to destroy."
        )
    remarks = []
    if summary.blocked:
        subject = count(summary.blocked, "operation")
        remarks.append(f"{subject} {are(summary.blocked)} blocked; apply would refuse.")
    if summary.unmanaged:
        subject = count(summary.unmanaged, "unmanaged number")
        hint = "" if style.verbose else " (--verbose lists them)"
        remarks.append(f"{subject} {are(summary.unmanaged)} left alone{hint}.")
    if remarks:
        yield " ".join(remarks)
