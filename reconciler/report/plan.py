"""A plan -> text in the manner of Terraform, and the plan document as JSON. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from json import dumps
from typing import Final

from reconciler.model import Action, Blocked, Change, Operation, Plan, Reason
from reconciler.report.escape import terminal, terminal_lines
from reconciler.report.views import PlanView, Style
from reconciler.report.words import count, telephone, value

NO_CHANGES: Final = "No changes. Your infrastructure matches the configuration."


def plan_text(view: PlanView) -> str:
    """Every operation with its changes, what is blocked and why, and Terraform's last line."""
    plan, style = view.plan, view.style
    parts = [_header(plan, style)]
    parts += ["\n".join(each) for each in _blocks(plan, style)]
    parts += ["\n".join(each) for each in (_warnings(plan, style), _health(plan, style)) if each]
    if style.verbose and plan.unmanaged:
        parts.append("\n".join(_unmanaged(plan)))
    parts.append("\n".join(_closing(plan, style)))
    return "\n\n".join(parts) + "\n"


def plan_json(view: PlanView) -> str:
    """The plan document (`schemas/plan.schema.json`)."""
    return dumps(view.document, indent=2, ensure_ascii=False) + "\n"


def _header(plan: Plan, style: Style) -> str:
    manifests, live = count(plan.manifests, "manifest"), count(plan.live, "live number")
    return f"{style.bold(terminal(plan.target))}  {terminal(plan.base_url)}  {manifests}, {live}"


def _blocks(plan: Plan, style: Style) -> Iterator[list[str]]:
    """One block an operation, a replace as one; then what is blocked without an operation."""
    refusals: dict[str, list[Blocked]] = defaultdict(list)
    for each in plan.blocked:
        refusals[each.address].append(each)
    replaced = _replaced(plan)
    for operation in plan.operations:
        address = operation.address
        if address in replaced and operation.action is Action.DELETE:
            continue
        blocked = refusals.pop(address, [])
        yield list(_block(operation, replaced.get(address), blocked, style))
    for address, blocked in refusals.items():
        guards = ", ".join(each.guard for each in blocked)
        yield [
            f"  {style.bold(f'# {address} is blocked by {guards}')}",
            *_refusals(blocked, style),
        ]


def _replaced(plan: Plan) -> dict[str, Operation]:
    """The delete half of each replace, by address."""
    return {
        each.address: each
        for each in plan.operations
        if each.reason is Reason.REPLACE and each.action is Action.DELETE
    }


def _block(
    operation: Operation, released: Operation | None, blocked: Sequence[Blocked], style: Style
) -> Iterator[str]:
    title = f"# {operation.address} {_verb(operation, blocked)}"
    if blocked:
        title += ": blocked by " + ", ".join(each.guard for each in blocked)
    source = operation.source
    where = f"{terminal(source.file)}:{source.line}" if source else ""
    yield f"  {style.bold(title)}{_padding(title, style)}{style.dim(where)}".rstrip()
    lost = released.changes if released else ()
    width = max((len(each.path) for each in (*lost, *operation.changes)), default=0)
    for change in lost:
        yield _change(change, width, style)
    for change in operation.changes:
        yield _change(change, width, style, operation)
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
            return f"{'must be released' if blocked else 'will be destroyed'}, {reason.value}"


def _change(change: Change, width: int, style: Style, operation: Operation | None = None) -> str:
    symbol, shown = _shown(change)
    remark = change.note
    if operation and operation.reason is Reason.REPLACE and symbol == "~":
        symbol, remark = "-/+", "forces replacement"
    if operation and operation.action is Action.PATCH and symbol == "-":
        remark = remark or "set elsewhere, not in the manifest"
    paint = {"+": style.green, "-": style.red, "-/+": style.red, "~": style.yellow}[symbol]
    lead = " " * (3 - len(symbol)) + paint(symbol)
    text = f"{change.path:<{width}}  {shown}"
    return f"{lead} {text}" + (f"{_padding(text, style)}{style.dim(remark)}" if remark else "")


def _shown(change: Change) -> tuple[str, str]:
    """Terraform's symbol, and the value or both values."""
    before = _before(change)
    after = value(change.after, change.after_name)
    if change.before is None:
        return "+", after
    if change.after is None:
        return "-", before
    return "~", f"{before} -> {after}"


def _before(change: Change) -> str:
    """What was there; digits that are lost are written as people read them."""
    if change.note and change.after is None and isinstance(change.before, str):
        return telephone(change.before)
    return value(change.before, change.before_name)


def _padding(text: str, style: Style) -> str:
    return " " * max(2, style.width - len(text))


def _refusals(blocked: Sequence[Blocked], style: Style) -> Iterator[str]:
    for each in blocked:
        yield f"  {style.red('!')} {terminal_lines(each.message)}"
        if each.help:
            yield f"    to allow it: {terminal_lines(each.help)}"


def _warnings(plan: Plan, style: Style) -> list[str]:
    return [
        f"  {style.yellow('warning:')} {each.address}: {terminal_lines(each.message)}"
        for each in plan.warnings
    ]


def _health(plan: Plan, style: Style) -> list[str]:
    meaning = {
        "activating": "is not active yet",
        "blocked": "is blocked by the provider",
        "incomplete": "is active, but has no number",
    }
    return [
        f"  {style.yellow('unhealthy:')} {each.address} {meaning[each.status]}"
        for each in plan.health
    ]


def _unmanaged(plan: Plan) -> Iterator[str]:
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
        verb = "is" if summary.blocked == 1 else "are"
        remarks.append(f"{count(summary.blocked, 'operation')} {verb} blocked; apply would refuse.")
    if summary.unmanaged:
        verb = "is" if summary.unmanaged == 1 else "are"
        hint = "" if style.verbose else " (--verbose lists them)"
        remarks.append(f"{count(summary.unmanaged, 'unmanaged number')} {verb} left alone{hint}.")
    if remarks:
        yield " ".join(remarks)
