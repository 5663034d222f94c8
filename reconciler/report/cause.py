"""What went wrong in a pass -> its cause: what makes one trouble the same as another. Pure.

| the trouble                               | is the same while these are                       |
| ----------------------------------------- | ------------------------------------------------- |
| an outage, of whatever faces              |                                                   |
| a key that is refused                     |                                                   |
| a lock that cannot be written             |                                                   |
| another refusal, before there is a plan   | its status                                        |
| guards                                    | each guard, and what it refuses                   |
| faults of manifests or the configuration  | place and code of each                            |
| operations that fell short                | address, kind of error, status and what was not   |
|                                           | taken of each                                     |
| anything else                             | its message                                       |

What the API says of a trouble varies from pass to pass (hints, ids of requests), so its words are
no part of a cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import sha256
from json import dumps
from typing import Any, Final

from reconciler.errors import (
    ApiError,
    GuardError,
    ReconcilerError,
    Unauthorized,
    is_outage,
)
from reconciler.model import Blocked, Result, Severity, Status, Validation

_OUTAGE: Final = "outage"
_KEY: Final = "key"
_LOCK: Final = "lock"


def cause_of(
    error: ReconcilerError | OSError, message: str, blocked: Sequence[Blocked] = ()
) -> str:
    """The cause of a pass that an error ended.

    `message` is what is told of it, and `blocked` what guards refuse of its plan.
    """
    if isinstance(error, ApiError):
        return _failure(error.kind, error.status)
    if isinstance(error, GuardError) and blocked:
        return _cause("guard", ((each.guard, each.address) for each in blocked))
    validation: Validation | None = getattr(error, "validation", None)
    if validation is not None:
        return _cause("faults", _faults(validation))
    return _cause(getattr(error, "kind", "system"), [message])


def cause_of_results(short: Sequence[Result]) -> str:
    """The cause of a pass of which these operations fell short.

    What was not tried was not because of the others, or because of an outage.
    """
    tried = [each for each in short if each.status is not Status.SKIPPED]
    causes = {_of_result(each) for each in tried}
    for one in (_KEY, _LOCK):
        if one in causes:
            return one
    return _OUTAGE if causes <= {_OUTAGE} else _cause("operations", causes)


def _faults(validation: Validation) -> Iterable[Any]:
    for each in validation.diagnostics:
        if each.severity is Severity.ERROR:
            yield each.place.file, each.place.line, each.place.column, each.code


def _of_result(result: Result) -> Any:
    """The cause that one operation is, or that it has in common with all others."""
    common = _failure(result.error_kind, result.error_status)
    if common in (_KEY, _LOCK, _OUTAGE):
        return common
    return result.operation.address, result.error_kind, result.error_status, result.not_taken


def _failure(kind: str, status: int | None) -> str:
    """What went wrong with one call."""
    if kind == Unauthorized.kind:
        return _KEY
    if is_outage(kind, status):
        return _OUTAGE
    return f"{kind} {status or ''}".strip()


def _cause(kind: str, parts: Iterable[Any]) -> str:
    """A cause that is kept short."""
    return f"{kind} {digest(parts)}"


def digest(parts: Iterable[Any]) -> str:
    """What tells some JSON values from others, in whatever order; no secret may be among them."""
    text = "\n".join(sorted({dumps(each, sort_keys=True) for each in parts}))
    return sha256(text.encode()).hexdigest()[:16]
