"""Desired, Live and Lock -> Plan. Pure.

| desired   | live                    | lock | operation                            | reason    |
| yes       | no                      | no   | create                               | declared  |
| yes       | no                      | yes  | create, blocked: the number vanished | declared  |
| yes       | same                    | any  | nothing                              |           |
| yes       | differs                 | yes  | patch                                | declared, |
|           |                         |      |                                      | drifted   |
| yes       | differs                 | no   | patch                                | changed   |
| yes       | differs where only a    | any  | blocked (immutable), or              | replace   |
|           | new number can follow   |      | delete + create                      |           |
| any       | was replaced by another | yes  | delete                               | removed   |
| tombstone | yes                     | any  | delete                               | tombstone |
| no        | yes                     | yes  | delete                               | removed   |
| no        | yes                     | no   | nothing; with exclusive: delete      | unowned   |
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from reconciler.errors import InputError
from reconciler.model import (
    Blocked,
    Lock,
    LockEntry,
    Ownership,
    Plan,
    Reason,
    State,
    Summary,
    Unhealthy,
    Warned,
)
from reconciler.planning.draft import Draft, Drafted, Kind, address_of
from reconciler.planning.drafting import Drafting
from reconciler.planning.drift import without_held
from reconciler.planning.guards import refuse
from reconciler.planning.health import unhealthy
from reconciler.planning.hiding import Hiding
from reconciler.planning.likeness import LookAlikes
from reconciler.planning.match import Matching, describe, match
from reconciler.planning.order import put_in_order
from reconciler.planning.situation import Situation
from reconciler.planning.strangers import (
    found_by_label,
    likely_purchases,
    strangers,
    to_create,
    unmanaged,
)
from reconciler.planning.summary import counted


def make_plan(situation: Situation) -> Plan:
    """Decide what to do. Raises InputError where it cannot be decided which number is which."""
    org_id = next((each.org_id for each in situation.live if each.org_id), None)
    _check_owner(situation, org_id)
    lock, doubts = _with_former(situation)
    situation = replace(situation, lock=lock)
    matching = match(situation.desired, situation.live, lock, situation.fields)
    if matching.faults:
        raise InputError("\n".join(matching.faults))
    drafting = _drafting(situation)
    drafted = [
        *_declared(situation, matching, drafting),
        *_replaced(situation, matching, drafting),
        *_undeclared(situation, matching, drafting),
    ]
    drafts = [draft for each in drafted for draft in each.drafts]
    if drafts and not situation.desired:
        raise InputError(
            "no manifest is left, and that never means to release every number",
            help="to release the last one, keep its manifest with lifecycle.state: absent",
        )
    operations = put_in_order(drafts, situation.live, situation.fields)
    made = without_held(drafts, operations) if situation.hold_drift else drafts
    managed = len(matching.pairs) + len(matching.orphans)
    blocked = (
        *(each for one in drafted for each in one.blocked),
        *_renames(situation, matching, drafts, drafting.hiding),
        *refuse(made, situation.limits, managed),
    )
    warnings = (
        *situation.doubts,
        *doubts,
        *found_by_label(situation, matching, drafting.hiding),
        *(each for one in drafted for each in one.warnings),
        *likely_purchases(situation, matching, drafts, drafting.hiding),
    )
    left_alone = tuple(map(drafting.hiding.seen, unmanaged(situation, matching, operations)))
    unchanged = sum(1 for each in drafted if each.unchanged)
    return Plan(
        target=situation.target,
        base_url=situation.base_url,
        org_id=org_id,
        created_at=situation.created_at,
        manifests_digest=situation.manifests_digest,
        operations=operations,
        blocked=blocked,
        unmanaged=left_alone,
        warnings=warnings,
        health=tuple(_health(situation, matching)),
        summary=counted(
            Summary(unchanged=unchanged, unmanaged=len(left_alone)), operations, blocked
        ),
        manifests=len(situation.desired),
        live=len(situation.live),
        bindings={key: each.id for key, each in sorted(matching.pairs.items())},
        leaving={key: tuple(each.id for each in left) for key, left in matching.leaving.items()},
        forgotten=frozenset(_forgotten(situation, matching)),
    )


def _check_owner(situation: Situation, org_id: str | None) -> None:
    """Refuse a lock of another organisation: with its ids, every number would have vanished."""
    if org_id and situation.lock.org_id and org_id != situation.lock.org_id:
        raise InputError(
            f"target {situation.target} was locked for organisation {situation.lock.org_id}, "
            f"and the key is of {org_id}",
            help="use the key of the right organisation, or give this one a target of its own",
        )


def _drafting(situation: Situation) -> Drafting:
    return Drafting(
        situation.fields,
        situation.lock,
        situation.directory,
        Hiding(situation.fields, situation.lock, situation.desired),
        situation.undeclared,
        situation.ignored_drift,
        situation.hold_drift,
    )


def _declared(situation: Situation, matching: Matching, drafting: Drafting) -> Iterator[Drafted]:
    """What each selected manifest asks for."""
    for desired in sorted(situation.desired, key=lambda each: each.key):
        if situation.selected is not None and desired.key not in situation.selected:
            continue
        live = matching.pairs.get(desired.key)
        if desired.lifecycle.state is State.ABSENT:
            if live:
                yield drafting.release(live, desired.key, Reason.TOMBSTONE, desired=desired)
        elif live:
            yield drafting.change(desired, live)
        else:
            recreated = desired.key in matching.vanished
            yield drafting.create(desired, Kind.RECREATE if recreated else Kind.CREATE)


def _replaced(situation: Situation, matching: Matching, drafting: Drafting) -> Iterator[Drafted]:
    """What an earlier run replaced and did not come to release."""
    sources = {each.key: each for each in situation.desired}
    for key, numbers in sorted(matching.leaving.items()):
        if situation.selected is not None and key not in situation.selected:
            continue
        desired = sources.get(key)
        for live in numbers:
            drafted = drafting.release(
                live,
                key,
                Reason.REMOVED,
                desired=desired,
                protected=desired is not None and desired.lifecycle.prevent_destroy,
                kind=Kind.REPLACE,
            )
            seen = describe(drafting.hiding.seen(live))
            message = f"{seen} was replaced by an earlier run, and is still to be released"
            yield replace(drafted, warnings=(Warned(address_of(key), message),))


def _undeclared(situation: Situation, matching: Matching, drafting: Drafting) -> Iterator[Drafted]:
    """What goes because nobody declares it; a partial plan releases only what it was told of."""
    for key, live in matching.orphans.items():
        if situation.selected is None or key in situation.selected:
            entry = situation.lock.entries[key]
            yield drafting.release(live, key, Reason.REMOVED, protected=entry.prevent_destroy)
    if situation.ownership is Ownership.EXCLUSIVE and situation.selected is None:
        for live in strangers(situation, matching):
            yield drafting.release(live, live.id, Reason.UNOWNED)


def _forgotten(situation: Situation, matching: Matching) -> Iterator[str]:
    """What the lock need not know any more: released, and killed before that was remembered."""
    present = {
        key
        for each in situation.desired
        if each.lifecycle.state is State.PRESENT
        for key in (each.key, *each.previously)
    }
    there = present | matching.orphans.keys() | matching.leaving.keys() | matching.pairs.keys()
    for key in situation.lock.entries.keys() - there:
        if situation.selected is None or key in situation.selected:
            yield key


def _with_former(situation: Situation) -> tuple[Lock, tuple[Warned, ...]]:
    """The lock, with the numbers of manifests that an earlier revision declared.

    They are found as they would have been then. One that cannot be told apart is left alone.
    """
    entries = dict(situation.lock.entries)
    former = [
        each
        for each in situation.former
        if each.key not in entries and each.lifecycle.state is State.PRESENT
    ]
    doubts: list[Warned] = []
    locked = {entry.id for entry in entries.values()}
    for each in former:
        matched = match((each,), situation.live, Lock(), situation.fields)
        live = matched.pairs.get(each.key)
        if matched.faults:
            message = "its manifest is gone, but which number was its own cannot be told apart"
            doubts.append(Warned(address_of(each.key), f"{message}; nothing is released for it"))
        elif live and live.id not in locked:
            protected = each.lifecycle.prevent_destroy
            entries[each.key] = LockEntry(live.id, live.provider, prevent_destroy=protected)
    return replace(situation.lock, entries=entries), tuple(doubts)


def _renames(
    situation: Situation, matching: Matching, drafts: Sequence[Draft], hiding: Hiding
) -> Iterator[Blocked]:
    """Refuse a create beside a number whose manifest is gone and that fits the new one."""
    keys = {live.id: key for key, live in matching.orphans.items()}
    orphans = LookAlikes(matching.orphans.values(), situation.fields)
    for desired in to_create(situation, drafts):
        for live in orphans.like_or_named(desired):
            key = keys[live.id]
            yield Blocked(
                address=address_of(desired.key),
                guard="recreate",
                message=f"this looks like {key} under a new name: {describe(hiding.seen(live))}",
                help=f"add metadata.previously: [{key}]; or, to release that number and create "
                f"another, declare {key} with lifecycle.state: absent",
            )


def _health(situation: Situation, matching: Matching) -> Iterator[Unhealthy]:
    """The managed numbers that serve no call, or not yet; of those that this run looks at."""
    for key, live in sorted(matching.pairs.items()):
        is_selected = situation.selected is None or key in situation.selected
        if is_selected and (ill := unhealthy(address_of(key), live)):
            yield ill
