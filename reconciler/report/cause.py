"""What went wrong in a pass -> its cause: what makes one trouble the same as another. Pure.

An outage has many faces, and is one trouble; a key that is refused is another, and so is each other
refusal.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from reconciler.errors import ApiError, ReconcilerError, Refused, Throttled, Unauthorized, Uncertain
from reconciler.model import Result, Status

_OUTAGE: Final = "outage"
_KEY: Final = "key"


def cause_of(error: ReconcilerError | OSError, message: str) -> str:
    """The cause of a pass that an error ended; `message` is what is told of it."""
    kind = getattr(error, "kind", "system")
    return _failure(kind, error.status) if isinstance(error, ApiError) else f"{kind} {message}"


def cause_of_results(short: Sequence[Result], message: str) -> str:
    """The cause of a pass of which these operations fell short; `message` is what is told of it.

    What was not tried was not because of the others, or because of an outage.
    """
    causes = {_of_result(each) for each in short if each.status is not Status.SKIPPED}
    if _KEY in causes:
        return _KEY
    return _OUTAGE if causes <= {_OUTAGE} else f"operations {message}"


def _of_result(result: Result) -> str:
    return _failure(result.error_kind, result.error_status) if result.error_kind else "not taken"


def _failure(kind: str, status: int | None) -> str:
    """What went wrong with one call. What was refused without an answer reached nobody."""
    if kind == Unauthorized.kind:
        return _KEY
    unreached = kind == Refused.kind and status is None
    if unreached or kind in (Uncertain.kind, Throttled.kind):
        return _OUTAGE
    return f"{kind} {status or ''}".strip()
