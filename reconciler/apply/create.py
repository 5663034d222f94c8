"""A create whose answer may be lost -> the number it made, sent again only when it made none.

The API has no idempotency key (observed), so after an answer that proves nothing the account is
listed, and listed again after a pause. A number that matches the body and was not there before is
ours; it is adopted. Only when both lists show none is the create sent again, and not once the run
was told to stop or may write no more, nor sooner than the API asked for: then it stays uncertain.
So it does where it is refused when sent again: that proves nothing of the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from json import dumps
from threading import Lock as Mutex
from typing import Protocol

from reconciler.errors import ApiError, Frozen, Refused, Uncertain, Unsent
from reconciler.fields import FieldTable
from reconciler.model import Json, Live, Operation
from reconciler.planning.normal import normal
from reconciler.planning.secrecy import revealed


class Creating(Protocol):
    """What creating asks of an account."""

    def list_numbers(self) -> tuple[Live, ...]:
        """All numbers of the account."""

    def create_number(self, body: Mapping[str, Json]) -> Live:
        """The number made; Uncertain where it may have been made."""


# A provider, and the values that tell its numbers apart.
Likeness = tuple[str, str]


@dataclass
class Claims:
    """The ids that are spoken for: what was there before, and what this run has made or adopted."""

    ids: set[str] = field(default_factory=set)
    _mutex: Mutex = field(default_factory=Mutex)
    _turns: dict[Likeness, Mutex] = field(default_factory=dict)

    def turn(self, likeness: Likeness) -> Mutex:
        """Creates that nothing tells apart take turns, so that none adopts the other's number."""
        with self._mutex:
            return self._turns.setdefault(likeness, Mutex())

    def take(self, candidates: tuple[Live, ...]) -> Live | None:
        """The first candidate that nobody has, now taken."""
        with self._mutex:
            for each in candidates:
                if each.id not in self.ids:
                    self.ids.add(each.id)
                    return each
            return None


@dataclass(frozen=True)
class Creator:
    """Creates numbers.

    `pause` waits between the two looks after a lost answer, for the seconds that the API asked for
    or longer; it may be cut short by whoever stops the run, and answers False where it does not
    wait for so long. `hold` says why a create may not be sent now, "" where it may.
    """

    account: Creating
    fields: FieldTable
    claims: Claims
    pause: Callable[[float], object]
    hold: Callable[[Operation], str] = lambda _operation: ""
    tries: int = 3

    def create(self, operation: Operation) -> tuple[Live, bool]:
        """The number, and whether it had landed although its answer was lost.

        Raises ApiError; Uncertain where it is still not known whether a number was made, and Frozen
        where none was because nothing may be written.
        """
        likeness = self._likeness(operation.provider, operation.body)
        lost: Uncertain | None = None
        with self.claims.turn(likeness):
            tries = 0
            while True:
                tries += 1
                try:
                    live = self._send(operation)
                except Uncertain as error:
                    lost = error
                    found, may_repeat = self._landed(likeness, lost)
                    if found:
                        return found, True
                    if not may_repeat:
                        raise _too_early(lost) from error
                    if tries == self.tries:
                        raise
                except Refused as error:
                    # It refuses this try alone, maybe because an earlier one landed meanwhile.
                    if lost is None:
                        raise
                    found = self._seen(likeness, lost)
                    if found:
                        return found, True
                    raise _unproven(lost, error) from error
                else:
                    self.claims.take((live,))
                    return live, False

    def _send(self, operation: Operation) -> Live:
        """Create a number, unless a window began while this one waited. Raises ApiError."""
        if why := self.hold(operation):
            raise Frozen(why)
        return self.account.create_number(operation.body)

    def _landed(self, likeness: Likeness, lost: Uncertain) -> tuple[Live | None, bool]:
        """Look twice, with a pause between: a create may land after its answer was lost.

        Also whether the pause was as long as the API asked for.
        """
        found = self._seen(likeness, lost)
        if found:
            return found, True
        was_whole = self.pause(lost.retry_after or 0.0) is not False
        return self._seen(likeness, lost), was_whole

    def _seen(self, likeness: Likeness, lost: Uncertain) -> Live | None:
        """Look once.

        Raises Uncertain where nobody can look: a list that was refused proves nothing of a create.
        """
        try:
            listed = self.account.list_numbers()
        except ApiError as error:
            message = f"{lost.message}; whether it landed cannot be seen: {error.message}"
            raise Uncertain(message, status=lost.status, help=lost.help or error.help) from error
        matching = (each for each in listed if self._likeness(each.provider, each.body) == likeness)
        return self.claims.take(tuple(matching))

    def _likeness(self, provider: str, values: Mapping[str, Json]) -> Likeness:
        """What tells a number from another: its identities, and nothing that is often edited."""
        described = self.fields.providers.get(provider)
        compared = {
            name: normal(values.get(name), each)
            for name, each in (described.writable.items() if described else ())
            if each.identity
        }
        return provider, dumps(_revealed(compared), sort_keys=True)


def _too_early(lost: Uncertain) -> Uncertain:
    """What is known of a create whose answer was lost, and that may not be sent again so soon."""
    asked = f"the API asked for {lost.retry_after or 0.0:g} s, longer than a request may take"
    message = f"{_missing(lost)}, nor sent again: {asked}"
    return Uncertain(message, status=lost.status, help=lost.help)


def _unproven(lost: Uncertain, refused: Refused) -> Uncertain:
    """What is known of a create whose answer was lost once, and that was refused after that."""
    missing = _missing(lost)
    if isinstance(refused, Unsent):
        return Uncertain(f"{missing}, nor sent again", status=lost.status)
    message = f"{missing}; sent again, it was refused: {refused.message}"
    return Uncertain(message, status=lost.status, help=refused.help)


def _missing(lost: Uncertain) -> str:
    return f"{lost.message}; it was looked for and not found yet"


def _revealed(values: Mapping[str, Json]) -> dict[str, Json]:
    return {
        name: revealed(value) if isinstance(value, str) else value for name, value in values.items()
    }
