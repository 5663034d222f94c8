"""A plan -> the comment of a pull request, in Markdown. Pure.

All foreign text stands in `<code>` with every sign as an entity, or in a fence that it cannot
close. The comment begins with a marker, by which whoever posts it finds the one to update.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from reconciler.model import Plan
from reconciler.report.escape import code, markup, terminal
from reconciler.report.health import MEANING
from reconciler.report.story import Entry, entries, headline, irreversible, one_line, shown
from reconciler.report.views import PlanView
from reconciler.report.words import are, count

# GitHub takes 65,536 characters; what comes after these is cut, and said to be.
MOST: Final = 60_000
_OF_A_LIST: Final = 6_000
_OF_THE_TABLE: Final = 20_000
_NOTE: Final = 400


def plan_markdown(view: PlanView) -> str:
    """A summary first, then what cannot be undone, a table, and each change folded."""
    plan = view.plan
    told = list(entries(plan))
    parts = [
        f"<!-- vapi-reconciler plan {markup(plan.target)} -->",
        f"### {code(plan.target)}: {headline(plan)}",
        *_listed("**Cannot be undone**", _lost(plan)),
        *_listed("**Blocked: apply would refuse**", _blocked(plan)),
        *_listed("**Serve no calls**", _ill(plan)),
        *_listed("**Warnings**", _warned(plan)),
    ]
    if told:
        parts.append(_table(told))
    if plan.unmanaged:
        number = len(plan.unmanaged)
        parts.append(f"{count(number, 'unmanaged number')} {are(number)} left alone.")
    text = "\n\n".join(parts)
    return text + _folded(told, MOST - len(text) - _NOTE) + "\n"


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A title and its lines, as many as there is room for."""
    items = [f"- {each}" for each in lines]
    if not items:
        return
    kept, left = _fitting(items, _OF_A_LIST)
    more = [f"- … and {left} more"] if left else []
    yield "\n".join([title, "", *kept, *more])


def _lost(plan: Plan) -> Iterator[str]:
    for address, what, note in irreversible(plan):
        yield " ".join(part for part in (code(address), code(what), markup(note)) if part)


def _blocked(plan: Plan) -> Iterator[str]:
    for each in plan.blocked:
        way_out = f"; to allow it: {code(each.help)}" if each.help else ""
        yield f"{code(each.address)} by {code(each.guard)}: {code(one_line(each.message))}{way_out}"


def _ill(plan: Plan) -> Iterator[str]:
    for each in plan.health:
        yield f"{code(each.address)} {MEANING.get(each.status) or code(each.status)}"


def _warned(plan: Plan) -> Iterator[str]:
    for each in plan.warnings:
        yield f"{code(each.address)}: {code(one_line(each.message))}"


def _table(told: list[Entry]) -> str:
    head = ["| | number | what | why | manifest |", "| --- | --- | --- | --- | --- |"]
    rows = [
        f"| {code(each.symbol)} | {code(each.address)} {code(each.label)} | {each.what} "
        f"| {each.why} | {code(each.place)} |"
        for each in told
    ]
    kept, left = _fitting(rows, _OF_THE_TABLE)
    more = [f"| | … and {left} more | | | |"] if left else []
    return "\n".join([*head, *kept, *more])


def _folded(told: list[Entry], room: int) -> str:
    """The changes of each number, folded, as many as there is room for, and how many are not."""
    blocks = [_details(each) for each in told if each.changes]
    kept: list[str] = []
    for each in blocks:
        # One that is too large on its own leaves room for those after it.
        if len(each) <= room:
            kept.append(each)
            room -= len(each)
    if left := len(blocks) - len(kept):
        subject = f"The changes of {count(left, 'more number')}"
        kept.append(
            f"\n\n{subject} are not shown: a comment holds no more. "
            "See the output of the job, or the saved plan."
        )
    return "".join(kept)


def _details(entry: Entry) -> str:
    lines = [line for change in entry.changes for line in _diff(change.path, *shown(change))]
    # No line begins with a backtick, and the fence is longer than any run of them all the same.
    longest = max((len(run) for line in lines for run in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    title = f"{code(entry.symbol)} {code(entry.address)}"
    body = "\n".join([f"{fence}diff", *lines, fence])
    return f"\n\n<details><summary>{title}</summary>\n\n{body}\n\n</details>"


def _diff(path: str, before: str, after: str) -> Iterator[str]:
    """Lines that a diff colours; each begins with a sign of ours."""
    name = terminal(path)
    yield from (f"- {name}  {line}" for line in before.splitlines())
    yield from (f"+ {name}  {line}" for line in after.splitlines())


def _fitting(texts: list[str], room: int) -> tuple[list[str], int]:
    """The first texts that fit into `room` characters, and how many do not."""
    kept: list[str] = []
    for each in texts:
        room -= len(each) + 1
        if room < 0:
            break
        kept.append(each)
    return kept, len(texts) - len(kept)
