"""Manifests and what they are checked against -> all diagnostics at once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from reconciler.checks import addresses, calls, exposure, lifecycle, routing, uniqueness
from reconciler.checks.policy import policies
from reconciler.checks.schema import SchemaCheck
from reconciler.checks.subject import Context, Node, OfField, Subject, nodes_of, subject_of
from reconciler.fields import Field
from reconciler.model import Diagnostic, Manifest, Place

# A rule about one value of a manifest.
_ValueRule = Callable[[Subject, Node, Context], Iterator[Diagnostic]]

_EACH: Final[tuple[Callable[[Subject, Context], Iterator[Diagnostic]], ...]] = (
    routing.one_route,
    routing.something_to_create,
    addresses.bound_number,
    calls.ringing_actions,
    lifecycle.protected_tombstone,
    lifecycle.ignored_fields,
)
# Which fields a rule is about, and the rule.
_VALUES: Final[tuple[tuple[Callable[[Field], object], _ValueRule], ...]] = (
    (lambda field: field.purchase, routing.nothing_to_buy),
    (lambda field: field.purchase, addresses.area_code),
    (lambda field: field.normal == "sip-uri", addresses.sip_uri),
    (lambda field: field.normal == "e164", addresses.telephone_number),
    (lambda field: field.name == "callerId", addresses.caller_id),
    (lambda field: field.name.lower().endswith("url"), exposure.url),
    (lambda field: field.secret, exposure.literal_secret),
    (lambda field: "transferPlan" in field.properties, calls.ignored_settings),
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
    shape, rules_of = SchemaCheck(context), OfField(_rules_about)
    subjects: list[Subject] = []
    misshapen: list[Diagnostic] = []
    meaning: list[Diagnostic] = []
    for manifest in manifests:
        subject = subject_of(manifest, context.fields)
        misshapen += shape.faults(subject)
        meaning += (fault for rule in _EACH for fault in rule(subject, context))
        for node in nodes_of(subject, rules_of):
            meaning += exposure.reference(subject, node, context)
            for rule in rules_of[node.field]:
                meaning += rule(subject, node, context)
        subjects.append(subject)
    # By place, so that the order of files on the command line changes nothing.
    subjects.sort(key=lambda each: each.place(()))
    meaning += [fault for rule in _TOGETHER for fault in rule(subjects)]
    meaning += policies(subjects, context)
    found = dict.fromkeys(_one_a_mistake(misshapen, meaning))
    return tuple(sorted(found, key=lambda each: (each.place, each.code, each.path)))


def _rules_about(field: Field) -> tuple[_ValueRule, ...]:
    return tuple(rule for is_about, rule in _VALUES if is_about(field))


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
