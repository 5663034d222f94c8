"""A manifest and a number that nothing binds -> could they be the same after all? Pure.

A create buys; before one is planned beside a number that looks like it, people are told.
"""

from __future__ import annotations

from reconciler.fields import Field, Nature, Provider
from reconciler.model import Desired, Json, Live
from reconciler.planning.normal import area_code, normal


def is_like(desired: Desired, live: Live, provider: Provider) -> bool:
    """Whether `live` has the provider, identity, area code and route that `desired` declares."""
    if desired.provider != live.provider:
        return False
    weakest = max(each.identity for each in provider.fields.values())
    return all(
        _agrees(desired, live, each)
        for each in provider.fields.values()
        if each.group or each.purchase or 0 < each.identity < weakest
    )


def shares_identity(desired: Desired, live: Live, provider: Provider) -> bool:
    """Whether any identity that the manifest declares is the number's own."""
    if desired.provider != live.provider:
        return False
    values = (
        (normal(desired.spec.get(each.name), each), normal(live.body.get(each.name), each))
        for each in provider.fields.values()
        if each.identity
    )
    return any(wanted is not None and wanted == held for wanted, held in values)


def _agrees(desired: Desired, live: Live, field: Field) -> bool:
    wanted = normal(desired.spec.get(field.name), field)
    held = normal(held_value(live, field), field)
    if field.nature is Nature.READ_ONLY or (field.purchase and wanted is None):
        return True
    return wanted == held


def held_value(live: Live, field: Field) -> Json:
    """What a number holds; its digits tell the area code that the API's answers leave out."""
    held = live.body.get(field.name)
    return area_code(live.number) if held is None and field.purchase else held
