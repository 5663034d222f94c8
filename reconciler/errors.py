"""The errors a person can meet. Each says what is wrong and what to do next.

ReconcilerError                exit 1 unless said otherwise
├── InputError                 a file, an option or a value is wrong; nothing was sent
├── GuardError                 a guard refused the plan; nothing was written (exit 3)
└── ApiError                   the API or the way to it
    ├── Refused                proven: nothing happened
    │   ├── Unauthorized       401, or the edge refused us
    │   ├── Throttled          429
    │   └── Unsent             the run was told to stop before it was sent
    │       ├── Frozen         a window began in which nothing is written
    │       └── Down           the API had been failing for too long
    └── Uncertain              not proven either way: look before asking again
"""


def unbroken(text: str) -> str:
    """Foreign text as a part of a message: the lines of a message are ours alone."""
    return text.replace("\n", "\\n")


class ReconcilerError(Exception):
    """What went wrong in `message`, what to do about it in `help`."""

    kind = "error"

    def __init__(self, message: str, *, help: str = "") -> None:  # noqa: A002 - the word users read
        super().__init__(message)
        self.message = message
        self.help = help


class InputError(ReconcilerError):
    """Bad input: raised before anything is sent."""

    kind = "input"


class GuardError(ReconcilerError):
    """A guard refused the whole plan: nothing was written."""

    kind = "guard"


class ApiError(ReconcilerError):
    """The API answered with an error, or did not answer.

    `status` is None without an answer; `retry_after` is in seconds where the answer said so.
    """

    kind = "api"

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        help: str = "",  # noqa: A002 - the word users read
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, help=help)
        self.status = status
        self.retry_after = retry_after


class Refused(ApiError):  # noqa: N818 - a name says what is proven
    """Proven: nothing happened."""

    kind = "refused"


class Unauthorized(Refused):
    """The key, or the network edge in front of the API, refused the request."""

    kind = "unauthorized"


class Throttled(Refused):
    """429: nothing happened."""

    kind = "throttled"


class Unsent(Refused):
    """A write that was not begun: the run had been told to stop."""

    kind = "unsent"


class Frozen(Unsent):
    """A write that was not begun: a maintenance window had."""

    kind = "frozen"


class Down(Unsent):
    """A write that was not begun: the API had failed too long for others like it."""

    kind = "outage"


class Uncertain(ApiError):  # noqa: N818 - a name says what is proven
    """Not proven that nothing happened: 5xx, 408, a lost or unreadable answer."""

    kind = "uncertain"


def is_outage(kind: str, status: int | None) -> bool:
    """Whether a call that ended so tells of the API and the way to it, and not of what was asked.

    `kind` and `status` are those of an ApiError. What was refused without a status reached nobody.
    """
    unreached = kind == Refused.kind and status is None
    return unreached or kind in (Uncertain.kind, Throttled.kind)
