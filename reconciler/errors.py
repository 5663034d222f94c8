"""The errors a person can meet. Each says what is wrong and what to do next.

ReconcilerError                exit 1 unless said otherwise
├── InputError                 a file, an option or a value is wrong; nothing was sent
├── GuardError                 a guard refused the plan; nothing was written (exit 3)
└── ApiError                   the API or the way to it
    ├── Refused                proven: nothing happened
    │   ├── Unauthorized       401, or the edge refused us
    │   └── Throttled          429; may carry how long to wait
    └── Uncertain              not proven either way: look before asking again
"""


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
    """The API answered with an error, or did not answer. `status` is None without an answer."""

    kind = "api"

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        help: str = "",  # noqa: A002 - the word users read
    ) -> None:
        super().__init__(message, help=help)
        self.status = status


class Refused(ApiError):  # noqa: N818 - a name says what is proven
    """Proven: nothing happened."""

    kind = "refused"


class Unauthorized(Refused):
    """The key, or the network edge in front of the API, refused the request."""

    kind = "unauthorized"


class Throttled(Refused):
    """429: nothing happened; `retry_after` is in seconds where the answer said so."""

    kind = "throttled"

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message, status=429)
        self.retry_after = retry_after


class Uncertain(ApiError):  # noqa: N818 - a name says what is proven
    """Not proven that nothing happened: 5xx, a lost or unreadable answer."""

    kind = "uncertain"
