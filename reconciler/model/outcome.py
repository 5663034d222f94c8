"""What became of it: results, outcomes, and passes that nobody looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reconciler.model.plan import Operation, Plan, Unhealthy


class Status(StrEnum):
    """What became of an operation."""

    DONE = "done"
    RECOVERED = "recovered"
    FAILED = "failed"
    SKIPPED = "skipped"


# The endings of a write that landed.
WRITTEN: Final = frozenset({Status.DONE, Status.RECOVERED})


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one operation."""

    operation: Operation
    status: Status
    live_id: str | None = None
    error_kind: str = ""
    error_message: str = ""
    error_status: int | None = None
    # What a person can do about the error, on one or more lines.
    help: str = ""
    not_taken: tuple[str, ...] = ()
    # What keeps the number, as answered, from serving calls.
    health: Unhealthy | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a plan: one result an operation, in the plan's order.

    `interrupted` says that something was not done, or not waited for, because of a signal, and
    `frozen` why the rest was not begun, where a maintenance window began: "" where none did.
    """

    target: str
    results: tuple[Result, ...]
    interrupted: bool = False
    # The managed numbers that serve no calls now, be they of this run or not.
    health: tuple[Unhealthy, ...] = ()
    # Those of this run that serve none although they were waited for.
    late: tuple[Unhealthy, ...] = ()
    frozen: str = ""


class Ending(StrEnum):
    """How an unattended pass ended."""

    SYNCED = "synced"
    CHANGED = "changed"
    DRIFT = "drift"
    FROZEN = "frozen"
    REFUSED = "refused"
    PARTIAL = "partial"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    BUSY = "busy"


@dataclass(frozen=True, slots=True)
class PassReport:
    """One unattended pass over a target: what it found, what it did, and how it ended.

    `target` is empty where the configuration does not tell which it is. `started` is ISO 8601,
    `seconds` how long it took. `message` says why it was refused, failed or frozen: in its first
    line all that matters, below it the details; `cause` is what makes that trouble the same as
    another, empty where there is none. `plan` is what was to be done, `held` the drift that is
    reported and not corrected, and what waits for it, and `found` the plan of both. `requests`
    counts calls of the API, `throttled` those that it answered with 429.
    """

    target: str
    started: str
    seconds: float
    ending: Ending
    message: str = ""
    cause: str = ""
    plan: Plan | None = None
    found: Plan | None = None
    held: tuple[Operation, ...] = ()
    outcome: Outcome | None = None
    requests: int = 0
    throttled: int = 0
