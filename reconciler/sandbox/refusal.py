"""An HTTP status and what is wrong -> the API's body of an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from reconciler.model import Json


class Refusal(Exception):  # noqa: N818 - it is an answer, not a failure of the sandbox
    """The API says no: `message` is one text, or a list of all that is wrong with a body."""

    def __init__(self, status: HTTPStatus, message: str | Sequence[str]) -> None:
        super().__init__(message)
        self.status = status
        self.message = message

    @property
    def body(self) -> Mapping[str, Json]:
        """The answer's JSON body, in the API's own form."""
        return {
            "message": self.message,
            "error": self.status.phrase,
            "statusCode": self.status.value,
        }


def bad_request(message: str | Sequence[str]) -> Refusal:
    """A 400."""
    return Refusal(HTTPStatus.BAD_REQUEST, message)


def not_found(message: str) -> Refusal:
    """A 404."""
    return Refusal(HTTPStatus.NOT_FOUND, message)
