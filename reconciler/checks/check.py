"""Manifests and what they are checked against -> all diagnostics at once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from reconciler.checks import addresses, calls, exposure, lifecycle, routing, uniqueness
from reconciler.checks.policy import policies
from reconciler.checks.schema import SchemaCheck
from reconciler.checks.subject import Context, Subject, subject_of
from reconciler.model import Diagnostic, Manifest, Place

_EACH: Final[tuple[Callable[[Subject, Context], Iterator[Diagnostic]], ...]] = (
    routing.one_route,
    routing.something_to_create,
    routing.nothing_to_buy,
    addresses.sip_uris,
    addresses.telephone_numbers,
    addresses.caller_ids,
    addresses.area_codes,
    calls.ringing_actions,
    calls.ignored_settings,
    exposure.urls,
    exposure.literal_secrets,
    exposure.variables,
    lifecycle.protected_tombstone,
    lifecycle.ignored_fields,
)
_TOGETHER: Final[tuple[Callable[[Sequence[Subject]], Iterator[Diagnostic]], ...]] = (
    uniqueness.names,
    uniqueness.previous_names,
    uniqueness.live_numbers,
)
_LITERAL_SECRET: Final = "R216"  # noqa: S105 - the code of a rule


def check(manifests: Sequence[Manifest], context: Context) -> tuple[Diagnostic, ...]:
    """Every fault of the manifests, alone and together, sorted by place.

    Takes manifests of any content and raises nothing.
    """
    shape = SchemaCheck(context)
    subjects: list[Subject] = []
    misshapen: list[Diagnostic] = []
    meaning: list[Diagnostic] = []
    for manifest in manifests:
        subject = subject_of(manifest, context.fields)
        misshapen += shape.faults(subject)
        meaning += (fault for rule in _EACH for fault in rule(subject, context))
        # What manifests claim together is at their top: the nodes of thousands are not kept.
        subjects.append(replace(subject, nodes=()))
    # By place, so that the order of files on the command line changes nothing.
    subjects.sort(key=lambda each: each.place(()))
    meaning += [fault for rule in _TOGETHER for fault in rule(subjects)]
    meaning += policies(subjects, context)
    found = dict.fromkeys(_one_a_mistake(misshapen, meaning))
    return tuple(sorted(found, key=lambda each: (each.place, each.code, each.path)))


def _one_a_mistake(
    misshapen: Sequence[Diagnostic], meaning: Sequence[Diagnostic]
) -> Iterator[Diagnostic]:
    """Of two faults of one value, the one in its shape; but a secret is told before all."""
    told = {_where(each) for each in misshapen}
    secrets = {_where(each) for each in meaning if each.code == _LITERAL_SECRET}
    yield from (each for each in misshapen if _where(each) not in secrets)
    for each in meaning:
        if each.code == _LITERAL_SECRET or _where(each) not in told:
            yield each


def _where(fault: Diagnostic) -> tuple[Place, str]:
    return fault.place, fault.path
