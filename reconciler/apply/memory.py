"""What was written -> the lock, kept in step after every write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.fields import FieldTable
from reconciler.lockfile import LockWriter
from reconciler.model import Desired, Live, Lock, LockEntry, Operation, Plan, Reason
from reconciler.planning.draft import address_of
from reconciler.planning.memory import bound, remembered


@dataclass(frozen=True, slots=True)
class Memory:
    """Remembers who every number is. `writer` is None where no lock is kept."""

    writer: LockWriter | None
    fields: FieldTable
    lock: Lock
    desired: Mapping[str, Desired]

    def adopt(self, plan: Plan, live: Mapping[str, Live]) -> None:
        """Bind every manifest to the number it was found to be. Raises OSError."""
        if self.writer is None:
            return
        touched = {each.address for each in plan.operations}
        entries = {
            key: self._bound(key, live[number_id])
            if address_of(key) in touched
            else self._remembered(key, live[number_id])
            for key, number_id in plan.bindings.items()
        }
        self.writer.own(plan.org_id)
        former = {name for each in self.desired.values() for name in each.previously}
        self.writer.update(entries, gone=former - plan.bindings.keys())

    def remember(self, operation: Operation, live: Live | None) -> None:
        """Remember one write that landed; `live` is None for a release. Raises OSError."""
        if self.writer is None:
            return
        key = operation.address.partition("/")[2]
        if live is None:
            # The other half of a replace has its own number under the same key.
            gone = [] if operation.reason is Reason.REPLACE else [key]
            self.writer.update({}, gone=gone)
        elif operation.reason is Reason.VACATE:
            self.writer.update({key: self._bound(key, live)})
        else:
            self.writer.update({key: self._remembered(key, live)})

    def _bound(self, key: str, live: Live) -> LockEntry:
        return bound(self.desired[address_of(key)], live, self.lock)

    def _remembered(self, key: str, live: Live) -> LockEntry:
        desired = self.desired[address_of(key)]
        provider = self.fields.providers[desired.provider]
        return remembered(desired, live, provider, self.lock.salt)
