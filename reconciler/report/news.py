"""What was told before, and a pass -> what is worth telling now. Pure.

Nobody reads a mail that comes every five minutes: a failure is told once, and once more when it is
over or becomes another; so is a number that serves no calls, vanished, or drifts and is left so.
A pass that was interrupted or frozen shows neither that a trouble is over nor that one began.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from reconciler.model import WRITTEN, Change, Ending, Json, Operation, PassReport, Reason
from reconciler.report.cause import digest
from reconciler.report.escape import terminal, terminal_lines
from reconciler.report.health import MEANING
from reconciler.report.plan import shown_values
from reconciler.report.words import count

Mood = Literal["failure", "success", "info"]
# Seconds that a bought number may be activating before it is told: it takes minutes (observed).
PATIENCE: Final = 900.0
_TROUBLE: Final = frozenset({Ending.FAILED, Ending.REFUSED, Ending.PARTIAL})
_NO_PROOF: Final = frozenset({Ending.INTERRUPTED, Ending.FROZEN, Ending.BUSY})
RECOVERED: Final = "recovered: the last pass had failed or was refused, and this one was not"
# In the place of a URL's number, which counts from 1.
EVERYBODY: Final = 0
_KEPT_FROM: Final = "and limits.recreates keeps it from being created again"
_SHOWN: Final = 20
# The most characters of a value.
_READABLE: Final = 80


@dataclass(frozen=True, slots=True)
class Matter:
    """What is the matter, in words, and in `mark` what of it the words do not tell."""

    text: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of a target: the trouble it is in, and what is the matter with its numbers.

    `matters` are by what they are about.
    `since` has the time, in seconds since 1970, at which an address was first seen activating;
    `unsent` are the lines that are owed to each URL which could not be notified of them yet, by its
    number; those of `EVERYBODY` are owed to all. `urls` is how many were notified last.
    `complaints` are what was said on stderr of what could not be told, by what it is about.
    """

    trouble: str = ""
    matters: Mapping[str, Matter] = field(default_factory=dict)
    since: Mapping[str, float] = field(default_factory=dict)
    unsent: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    urls: int = 0
    complaints: Mapping[str, str] = field(default_factory=dict)


def news(told: Told, report: PassReport, now: float) -> tuple[tuple[str, ...], Told]:
    """The lines to tell, none where nothing is new, and what is told then.

    `now` is in seconds since 1970. Of a pass that could not look nothing is known but that.
    """
    trouble = told.trouble if report.ending in _NO_PROOF else _trouble(report)
    lines = [*_changed(report, lasts=bool(trouble) and trouble == told.trouble)]
    if trouble and trouble != told.trouble:
        lines.append(f"{report.ending.value}: {terminal_lines(report.message)}")
    if told.trouble and not trouble:
        lines.append(RECOVERED)
    if report.plan is None:
        return tuple(lines), Told(trouble, told.matters, told.since)
    since = _since(told, report, now)
    matters = {**_unseen(told, report), **dict(_matters(report, since, now))}
    lines += (each.text for what, each in matters.items() if told.matters.get(what) != each)
    lines += (f"over: {each.text}" for what, each in told.matters.items() if what not in matters)
    return tuple(lines), Told(trouble, matters, since)


def owing(told: Told, more: Mapping[int, tuple[str, ...]]) -> Told:
    """What was told, with `more` lines owed to URLs after those that they are owed already."""
    unsent = dict(told.unsent)
    for number, lines in more.items():
        unsent[number] = (*unsent.get(number, ()), *lines)
    return replace(told, unsent=unsent)


def mood(report: PassReport, lines: Sequence[str]) -> Mood:
    """What kind of news the lines about a pass are."""
    if report.ending in _TROUBLE:
        return "failure"
    is_over = any(each.startswith("recovered: ") for each in lines)
    results = report.outcome.results if report.outcome else ()
    return "success" if is_over or any(each.status in WRITTEN for each in results) else "info"


def told_json(told: Told) -> Json:
    """What was told, to be kept for the next pass."""
    return {
        "trouble": told.trouble,
        "matters": {what: each.text for what, each in told.matters.items()},
        "marks": {what: each.mark for what, each in told.matters.items() if each.mark},
        "since": dict(told.since),
        "urls": told.urls,
        "complaints": dict(told.complaints),
        "unsent": {str(number): list(lines) for number, lines in told.unsent.items()},
    }


def read_told(value: Any) -> Told:
    """What was kept; nothing where it is not whole: then it is told once more."""
    try:
        marks = value.get("marks", {})
        matters = {
            what: Matter(str(text), str(marks.get(what, "")))
            for what, text in value["matters"].items()
        }
        since = {address: float(each) for address, each in value["since"].items()}
        unsent, urls = _unsent(value.get("unsent", {})), int(value.get("urls", 0))
        complaints = {what: str(each) for what, each in value.get("complaints", {}).items()}
        return Told(str(value["trouble"]), matters, since, unsent, urls, complaints)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        return Told()


def _unsent(value: Any) -> dict[int, tuple[str, ...]]:
    """What is owed; earlier versions kept one list, of lines that any URL may lack."""
    owed = value if isinstance(value, Mapping) else {EVERYBODY: value}
    return {int(number): tuple(map(str, lines)) for number, lines in owed.items() if lines}


def _trouble(report: PassReport) -> str:
    """What makes one trouble another; one of which no cause is known is as it ended."""
    return report.cause or report.ending.value if report.ending in _TROUBLE else ""


def _changed(report: PassReport, *, lasts: bool) -> Iterator[str]:
    """What was done; of a trouble that lasts, not what is sent again because it was not taken."""
    results = report.outcome.results if report.outcome else ()
    done = (each for each in results if each.status in WRITTEN)
    written = [each for each in done if not (lasts and each.not_taken)]
    for each in written[:_SHOWN]:
        operation = each.operation
        yield f"{operation.action.value} {terminal(operation.address)}: {each.status.value}"
    if len(written) > _SHOWN:
        yield f"and {count(len(written) - _SHOWN, 'operation')} more"


def _since(told: Told, report: PassReport, now: float) -> dict[str, float]:
    activating = (each.address for each in _health(report) if each.status == "activating")
    return {address: told.since.get(address, now) for address in activating}


def _matters(
    report: PassReport, since: Mapping[str, float], now: float
) -> Iterator[tuple[str, Matter]]:
    """What is the matter, by what it is about. No text of one depends on another."""
    plan = report.plan
    if plan is None:
        return
    for each in _health(report):
        if each.status != "activating" or now - since[each.address] >= PATIENCE:
            meaning = MEANING.get(each.status) or terminal(each.status)
            yield f"health {each.address}", Matter(f"{terminal(each.address)} {meaning}")
    for blocked in plan.blocked:
        if blocked.guard == "recreate" and blocked.counted:
            text = f"{terminal(blocked.address)} vanished, {_KEPT_FROM}"
            yield f"vanished {blocked.address}", Matter(text)
    for warned in plan.warnings:
        text = f"{terminal(warned.address)}: {terminal_lines(warned.message)}"
        yield f"warning {warned.address} {warned.message}", Matter(text)
    yield from _held(report.held)


def _unseen(told: Told, report: PassReport) -> dict[str, Matter]:
    """The drift of numbers that a pass changed otherwise: it was left aside, and is not over."""
    operations = report.plan.operations if report.plan else ()
    changed = {f"drift {each.address}" for each in operations if each.reason is not Reason.DRIFTED}
    return {what: each for what, each in told.matters.items() if what in changed}


def _held(held: Sequence[Operation]) -> Iterator[tuple[str, Matter]]:
    """The drift that is left, and what waits for it.

    What a number waits for of its own, a parked value or the other half of a replace, is told with
    the rest of it.
    """
    addresses = {each.id: each.address for each in held}
    for each in held:
        required = {addresses[one] for one in each.requires if one in addresses}
        others = ", ".join(map(terminal, sorted(required - {each.address})))
        if each.reason is Reason.DRIFTED:
            yield f"drift {each.address}", _drift(each)
        elif others and each.reason is not Reason.VACATE:
            what = f"{each.action.value} {terminal(each.address)}"
            text = f"{what}: held back, for it waits for {others}"
            yield f"waits {each.action.value} {each.address}", Matter(text)


def _drift(operation: Operation) -> Matter:
    """What somebody changed, and what it is now.

    Of a value that may not be shown only the time tells that the number was changed once more.
    """
    changes = operation.changes
    text = f"{terminal(operation.address)} was changed elsewhere, and is left so: "
    values: list[Json] = [[each.path, each.before] for each in changes]
    if operation.precondition and any(each.sensitive for each in changes):
        values.append(operation.precondition.updated_at)
    return Matter(text + ", ".join(map(_now, changes)), digest(values))


def _now(change: Change) -> str:
    """A field and the value that it has now, cut to a length that people read."""
    before, _ = shown_values(change)
    value = " ".join(each.strip() for each in before.splitlines())
    if len(value) > _READABLE:
        value = f"{value[:_READABLE]}…"
    return f"{terminal(change.path)} is {value or 'unset'}"


def _health(report: PassReport) -> tuple[Any, ...]:
    if report.outcome:
        return report.outcome.health
    return report.plan.health if report.plan else ()
