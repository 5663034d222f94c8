"""A manifest and numbers that nothing binds -> could one of them be it after all? Pure.

A create buys; before one is planned beside a number that looks like it, people are told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from json import dumps

from reconciler.fields import Field, FieldTable, Provider
from reconciler.model import Desired, Json, Live
from reconciler.planning.normal import area_code, normal
from reconciler.planning.secrecy import revealed


class LookAlikes:
    """Numbers, found by what they have in common with a manifest."""

    def __init__(self, numbers: Iterable[Live], fields: FieldTable) -> None:
        self._fields = fields
        self._alike: dict[tuple[str, str], list[Live]] = defaultdict(list)
        self._named: dict[tuple[str, str, str], list[Live]] = defaultdict(list)
        for live in numbers:
            provider = fields.providers.get(live.provider)
            if provider:
                self._alike[live.provider, _traits(live.body, provider)].append(live)
                for name, value in _identities(live.body, provider):
                    self._named[live.provider, name, value].append(live)

    def like(self, desired: Desired) -> Iterator[Live]:
        """The numbers with the provider, strong identities, route and area code of a manifest."""
        provider = self._fields.providers[desired.provider]
        for live in self._alike[desired.provider, _traits(desired.spec, provider)]:
            if _fits_purchase(desired, live, provider):
                yield live

    def like_or_named(self, desired: Desired) -> Iterator[Live]:
        """Those, and the numbers that share any identity with the manifest, each once."""
        provider = self._fields.providers[desired.provider]
        found = {each.id: each for each in self.like(desired)}
        for name, value in _identities(desired.spec, provider):
            found |= {each.id: each for each in self._named[desired.provider, name, value]}
        yield from found.values()


def held_value(live: Live, field: Field) -> Json:
    """What a number holds; its digits tell the area code that the API's answers leave out."""
    held = live.body.get(field.name)
    return area_code(live.number) if held is None and field.purchase else held


def _traits(values: Mapping[str, Json], provider: Provider) -> str:
    """The route and the identities that a manifest can set, but for the weakest one."""
    weakest = max(provider.identities)
    return dumps(
        [
            comparable(values, each)
            for each in provider.writable.values()
            if each.group or 0 < each.identity < weakest
        ]
    )


def _identities(values: Mapping[str, Json], provider: Provider) -> Iterator[tuple[str, str]]:
    for each in provider.identities.values():
        value = comparable(values, each)
        if value is not None:
            yield each.name, str(value)


def comparable(values: Mapping[str, Json], field: Field) -> Json:
    """What `values` hold of a field, in the form in which two are compared."""
    value = values.get(field.name)
    return normal(revealed(value) if isinstance(value, str) else value, field)


def _fits_purchase(desired: Desired, live: Live, provider: Provider) -> bool:
    return all(
        normal(desired.spec[each.name], each) == normal(held_value(live, each), each)
        for each in provider.fields.values()
        if each.purchase and desired.spec.get(each.name) is not None
    )
