"""Live numbers that nothing ties to a manifest -> what to leave alone, or to ask about. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import islice
from typing import Final

from reconciler.errors import unbroken
from reconciler.model import Desired, IgnoreRule, Live, Operation, Warned
from reconciler.planning.draft import Draft, Kind, address_of
from reconciler.planning.hiding import Hiding
from reconciler.planning.likeness import LookAlikes, comparable
from reconciler.planning.match import Matching, describe, lock_entry
from reconciler.planning.situation import Situation

# How many numbers a warning lists that one create may be.
_MOST_CANDIDATES: Final = 5


def nobodys(situation: Situation, matching: Matching) -> Iterator[Live]:
    """Live numbers that no manifest and no lock entry names, by name."""
    leaving = (each for left in matching.leaving.values() for each in left)
    ours = {each.id for each in (*matching.pairs.values(), *matching.orphans.values(), *leaving)}
    for live in sorted(situation.live, key=lambda each: (each.name, each.id)):
        if live.id not in ours:
            yield live


def strangers(situation: Situation, matching: Matching) -> Iterator[Live]:
    """Those of them that no ignore rule names either."""
    for live in nobodys(situation, matching):
        if not any(_fits(rule, live) for rule in situation.ignore):
            yield live


def unmanaged(
    situation: Situation, matching: Matching, operations: Sequence[Operation]
) -> tuple[Live, ...]:
    """What the plan leaves alone, be it ignored or not."""
    touched = {each.live_id for each in operations}
    return tuple(each for each in nobodys(situation, matching) if each.id not in touched)


def likely_purchases(
    situation: Situation, matching: Matching, drafts: Sequence[Draft], hiding: Hiding
) -> Iterator[Warned]:
    """Warn of a create beside an unmanaged number that might be the one meant."""
    found = LookAlikes(strangers(situation, matching), situation.fields)
    for desired in to_create(situation, drafts):
        for live in islice(found.like(desired), _MOST_CANDIDATES):
            message = (
                f"will be created, but may exist already: {describe(hiding.seen(live))}\n"
                f"  if it is that one, pin it:\n    binding:\n      id: {unbroken(live.id)}"
            )
            yield Warned(address_of(desired.key), message)


def found_by_label(situation: Situation, matching: Matching, hiding: Hiding) -> Iterator[Warned]:
    """Warn of a number that a manifest shares nothing with but the name that anybody may give."""
    for desired in situation.desired:
        live = matching.pairs.get(desired.key)
        if live is None or desired.binding or lock_entry(desired, situation.lock):
            continue
        *strong, _ = situation.fields.providers[desired.provider].identities.values()
        told = [
            (each.name, comparable(desired.spec, each), comparable(live.body, each))
            for each in strong
        ]
        differing = [name for name, want, have in told if want and have and want != have]
        if differing and not any(want and want == have for _, want, have in told):
            known = describe(hiding.seen(live))
            message = (
                f"is found by its name alone, and differs in {differing[0]}: {known}\n"
                "  if that is another number, give this one another name"
            )
            yield Warned(address_of(desired.key), message)


def to_create(situation: Situation, drafts: Sequence[Draft]) -> Iterator[Desired]:
    """The manifests whose number is to be created, or created again."""
    created = {
        each.operation.address for each in drafts if each.kind in (Kind.CREATE, Kind.RECREATE)
    }
    return (each for each in situation.desired if address_of(each.key) in created)


def _fits(rule: IgnoreRule, live: Live) -> bool:
    return all(
        (
            not rule.name or fnmatchcase(live.name, rule.name),
            not rule.provider or rule.provider == live.provider,
            not rule.number or rule.number == live.number,
            not rule.id or rule.id == live.id,
        )
    )
