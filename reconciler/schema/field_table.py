"""The bodies of each provider -> the field table that the thinkers read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from reconciler.errors import InputError
from reconciler.fields import FORMAT_VERSION, Verb
from reconciler.schema.description import (
    BOUNDS,
    Bodies,
    Description,
    constants,
    properties,
    reference,
    types,
)
from reconciler.schema.sound import Note

MAX_DEPTH: Final = 24
_OTHERS: Final = "additionalProperties"

# Extension of the overlay to key of the table.
_EXTENSIONS: Final = {
    "x-secret": "secret",
    "x-unique": "unique",
    "x-reference": "reference",
    "x-normal": "normal",
    "x-identity": "identity",
    "x-group": "group",
    "x-quota": "quota",
    "x-purchase": "purchase",
    "x-shown-unset": "shownUnset",
    "deprecated": "deprecated",
}


@dataclass(frozen=True, slots=True)
class _Sighting:
    """A schema that one verb's body has for a field; `trail` names the components around it."""

    verb: Verb
    schema: Mapping[str, Any]
    trail: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Variant:
    """One alternative of a sighting, resolved. `default` is its own, or its union's."""

    verb: Verb
    schema: Mapping[str, Any]
    trail: frozenset[str]
    default: Any

    def inside(self, schema: Mapping[str, Any]) -> _Sighting:
        """A part of this schema."""
        return _Sighting(self.verb, schema, self.trail)


def field_table(description: Description, bodies: Mapping[str, Bodies]) -> dict[str, Any]:
    """The table as JSON values; a key that says nothing is left out."""
    providers = {name: _provider(description, each) for name, each in bodies.items()}
    # A list of two hundred languages stands in thirty fields: written once, named by its place.
    lists: list[list[Any]] = []
    for each in providers.values():
        for node in each["fields"].values():
            _share_choices(node, lists)
    return {
        "formatVersion": FORMAT_VERSION,
        "version": description.version,
        "choices": lists,
        "providers": providers,
    }


def _share_choices(node: dict[str, Any], lists: list[list[Any]]) -> None:
    """Put each list of values of a tree into `lists`, and its index in its place."""
    if "choices" in node:
        if node["choices"] not in lists:
            lists.append(node["choices"])
        node["choices"] = lists.index(node["choices"])
    for each in (*node.get("properties", {}).values(), node.get("items"), node.get("values")):
        if each:
            _share_choices(each, lists)


def readable(
    description: Description, bodies: Mapping[str, Bodies]
) -> tuple[dict[str, Bodies], tuple[Note, ...]]:
    """The bodies, with each field left open that nests or expands without end; and which."""
    found: dict[str, Bodies] = {}
    notes: list[Note] = []
    for name, each in bodies.items():
        endless = dict(_endless(description, each))
        notes += [Note(f"{name}.{field}", f"{why}; left open") for field, why in endless.items()]
        found[name] = each.opened(endless)
    return found, tuple(notes)


def _endless(description: Description, bodies: Bodies) -> Iterator[tuple[str, str]]:
    """The fields that cannot be read to their end, and why."""
    for name, seen in _sightings(bodies).items():
        description.refill()
        try:
            _node(description, seen, frozenset())
        except InputError as error:
            yield name, error.message
        except RecursionError:
            yield name, "the description nests schemas too deep"


def _provider(description: Description, bodies: Bodies) -> dict[str, Any]:
    required = bodies.create.get("required", [])
    fields = {}
    for name, each in _sightings(bodies).items():
        description.refill()
        fields[name] = _node(description, each, frozenset()) | _needed(name in required)
    group = bodies.create.get("x-require-one-of")
    return {**({"requireOneOf": [group]} if group else {}), "fields": fields}


def _sightings(bodies: Bodies) -> dict[str, list[_Sighting]]:
    by_verb = {
        Verb.CREATE: bodies.create,
        Verb.UPDATE: bodies.update,
        Verb.ANSWER: bodies.answer,
    }
    return _grouped(
        (name, _Sighting(verb, each))
        for verb, body in by_verb.items()
        for name, each in properties(body).items()
    )


def _node(
    description: Description, sightings: list[_Sighting], outer: frozenset[Verb], depth: int = 0
) -> dict[str, Any]:
    """One node of the tree: all that any body says of the field, its unions' variants merged."""
    if depth > MAX_DEPTH:
        raise InputError(f"the description nests fields deeper than {MAX_DEPTH} levels")
    verbs = frozenset(each.verb for each in sightings)
    variants = [each for sighting in sightings for each in _variants(description, sighting)]
    # Verbs that are the parent's own go without saying.
    node: dict[str, Any] = {} if verbs == outer else {"verbs": [v for v in Verb if v in verbs]}
    node["types"] = sorted({name for each in variants for name in types(each.schema)})
    node |= _default(variants) | _choices(variants) | _bounds(variants)
    for extension, key in _EXTENSIONS.items():
        told = [each.schema[extension] for each in variants if extension in each.schema]
        node |= {key: told[0]} if told else {}
    named = _grouped(
        (name, each.inside(part))
        for each in variants
        for name, part in properties(each.schema).items()
    )
    if named:
        node["properties"] = {
            name: _node(description, seen, verbs, depth + 1) | _needed(_is_required(name, variants))
            for name, seen in named.items()
        }
    for keyword, key in (("items", "items"), (_OTHERS, "values")):
        seen = [
            each.inside(each.schema[keyword])
            for each in variants
            if isinstance(each.schema.get(keyword), Mapping)
        ]
        if seen:
            node[key] = _node(description, seen, verbs, depth + 1)
    return node


def _variants(description: Description, sighting: _Sighting) -> list[_Variant]:
    """The alternatives of a sighting; none of a component that holds itself."""
    outer = description.resolve(sighting.schema)
    own = _trail(sighting.trail, sighting.schema)
    found = []
    for each in description.variants(sighting.schema):
        if reference(each) in sighting.trail:
            continue
        resolved = description.resolve(each)
        schema = {**resolved, **{key: outer[key] for key in _EXTENSIONS if key in outer}}
        default = outer.get("default", resolved.get("default"))
        found.append(_Variant(sighting.verb, schema, _trail(own, each), default))
    return found


def _trail(trail: frozenset[str], schema: Mapping[str, Any]) -> frozenset[str]:
    target = reference(schema)
    return trail if target is None else trail | {target}


def _default(variants: list[_Variant]) -> dict[str, Any]:
    """The default on which all bodies that are sent agree, be they variants or verbs."""
    sent = [each.default for each in variants if each.verb is not Verb.ANSWER]
    agreed = bool(sent) and sent[0] is not None and all(each == sent[0] for each in sent)
    return {"default": sent[0]} if agreed else {}


def _choices(variants: list[_Variant]) -> dict[str, Any]:
    """The values that there are, where each variant of a text or number lists its own."""
    listed = [constants(each.schema) for each in variants]
    if not listed or not all(listed):
        return {}
    return {"choices": list(dict.fromkeys(value for some in listed for value in some))}


def _bounds(variants: list[_Variant]) -> dict[str, Any]:
    """What a create, else an update, must keep to; a list where variants do not agree."""
    limits = [_limits(each.schema) for each in _sent(variants)]
    found: dict[str, Any] = {}
    for keyword in dict.fromkeys(name for each in limits for name in each):
        told = list(dict.fromkeys(each[keyword] for each in limits if keyword in each))
        found[keyword] = told[0] if len(told) == 1 else told
    return {"bounds": found} if found else {}


def _limits(schema: Mapping[str, Any]) -> dict[str, Any]:
    keywords = [keyword for kind in types(schema) for keyword in BOUNDS.get(kind, ())]
    limits = {each: schema[each] for each in (*keywords, "format") if each in schema}
    # Without a word of it, an object with known keys takes no others, and one without takes any.
    if schema.get(_OTHERS) is bool(properties(schema)):
        limits[_OTHERS] = schema[_OTHERS]
    return limits


def _is_required(name: str, holders: list[_Variant]) -> bool:
    """Whether each variant that has the property, of those that are sent, needs it."""
    having = [each.schema for each in _sent(holders) if name in properties(each.schema)]
    return bool(having) and all(name in each.get("required", ()) for each in having)


def _needed(is_needed: bool) -> dict[str, Any]:
    return {"required": True} if is_needed else {}


def _sent(variants: list[_Variant]) -> list[_Variant]:
    """The variants of a create, or of an update where a create has none."""
    creates = [each for each in variants if each.verb is Verb.CREATE]
    return creates or [each for each in variants if each.verb is Verb.UPDATE]


def _grouped(pairs: Iterable[tuple[str, _Sighting]]) -> dict[str, list[_Sighting]]:
    groups: dict[str, list[_Sighting]] = {}
    for name, each in pairs:
        groups.setdefault(name, []).append(each)
    return groups
