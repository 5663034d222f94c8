"""What was written -> the lock, kept in step after every write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from reconciler.fields import FieldTable
from reconciler.lockfile import LockWriter
from reconciler.model import Action, Desired, Json, Live, Lock, LockEntry, Operation, Plan, Reason
from reconciler.planning.draft import address_of
from reconciler.planning.likeness import LookAlikes
from reconciler.planning.match import lock_entry
from reconciler.planning.memory import bound, released, remembered


@dataclass(frozen=True, slots=True)
class Memory:
    """Remembers who every number is. `writer` is None where no lock is kept."""

    writer: LockWriter | None
    fields: FieldTable
    lock: Lock
    desired: Mapping[str, Desired]

    def adopt(self, plan: Plan, live: Mapping[str, Live]) -> None:
        """Bind every manifest to the number it was found to be, and say which are replaced.

        That a replace begins is written before it does: after a kill the next run then knows the
        new number, and the old one that is still to go. Raises OSError or InputError.
        """
        if self.writer is None:
            return
        touched = {each.address.partition("/")[2] for each in plan.operations} | plan.waiting
        begun = dict(self._begun(plan, live))
        entries = {
            key: replace(
                self._bound(key, live[number_id])
                if key in touched
                else self._remembered(key, live[number_id]),
                replaced=plan.leaving.get(key, ()),
                replacing=begun.get(key),
            )
            for key, number_id in plan.bindings.items()
        }
        self.writer.own(plan.org_id)
        former = {name for each in self.desired.values() for name in each.previously}
        self.writer.update(entries, gone=(former - plan.bindings.keys()) | plan.forgotten)

    def remember(self, operation: Operation, live: Live | None) -> None:
        """Remember one write that landed; `live` is None for a release.

        Raises OSError or InputError.
        """
        if self.writer is None:
            return
        key = operation.address.partition("/")[2]
        self.writer.change(key, lambda before: self._after(operation, key, live, before))

    def _after(
        self, operation: Operation, key: str, live: Live | None, before: LockEntry | None
    ) -> LockEntry | None:
        """What a key is once a write landed, from what it was before."""
        if live is None:
            return released(before, operation.live_id or "") if before else None
        if operation.reason is Reason.VACATE:
            return bound(live, before)
        replaced = before.replaced if before else ()
        if before and operation.action is Action.CREATE and before.replacing is not None:
            replaced = (*replaced, before.id)
        return replace(self._remembered(key, live, operation.body), replaced=replaced)

    def _begun(self, plan: Plan, live: Mapping[str, Live]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """By key, what is replaced in this plan, with the numbers that look like the new one."""
        replacing = [
            each
            for each in plan.operations
            if each.reason is Reason.REPLACE and each.action is Action.CREATE
        ]
        alike = LookAlikes(live.values() if replacing else (), self.fields)
        for each in replacing:
            desired = self.desired[each.address]
            yield desired.key, tuple(sorted(one.id for one in alike.like_or_named(desired)))

    def _bound(self, key: str, live: Live) -> LockEntry:
        return bound(live, lock_entry(self.desired[address_of(key)], self.lock))

    def _remembered(
        self, key: str, live: Live, sent: Mapping[str, Json] | None = None
    ) -> LockEntry:
        desired = self.desired[address_of(key)]
        provider = self.fields.providers[desired.provider]
        before = lock_entry(desired, self.lock)
        return remembered(desired, live, provider, self.lock.salt, before, sent)
