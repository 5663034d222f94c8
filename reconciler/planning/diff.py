"""Desired and Live of one number -> what differs, and the patch that mends it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.fields import Field, Nature, Provider, dotted
from reconciler.model import Change, Desired, Json, Live, LockEntry, Path, Secret
from reconciler.planning.keep import Keeping, masked_in, with_kept_parts
from reconciler.planning.normal import area_code, child_field, is_masked, normal
from reconciler.planning.secrecy import fingerprint, redacted, revealed

# (kind, id) -> the name behind the id, or "".
Naming = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What helps to compare beside the two values; all of it may be missing."""

    entry: LockEntry | None = None
    salt: str = ""
    keep_undeclared: bool = False
    name_of: Naming = lambda _kind, _id: ""


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs between a manifest and its number.

    `body` is the patch that mends `changes`. `fixed` are changes that only a new number could
    take. `unsendable` are masked secrets that `body` would have to send back and must not.
    `uncompared` are secrets that neither the answer nor the lock can tell anything about.
    """

    changes: tuple[Change, ...] = ()
    body: Mapping[str, Json] = field(default_factory=dict)
    fixed: tuple[Change, ...] = ()
    unsendable: tuple[str, ...] = ()
    uncompared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Uncompared:
    path: str


@dataclass(frozen=True, slots=True)
class _Walk:
    """What stays the same on the way down through a value."""

    unread: tuple[Path, ...]
    known: Knowledge


def compare(
    desired: Desired, live: Live, provider: Provider, known: Knowledge = Knowledge()
) -> Difference:
    """Compare every field that a create or an update takes; other live fields are no concern."""
    if desired.provider != live.provider:
        return Difference(fixed=(Change("provider", live.provider, desired.provider),))
    walk = _Walk(desired.unread, known)
    keeping = Keeping(desired.lifecycle.ignore_changes, known.keep_undeclared)
    found: list[Change | _Uncompared] = []
    fixed: list[Change] = []
    unsendable: list[str] = []
    body: dict[str, Json] = {}
    for name, each in provider.writable.items():
        wanted, held = desired.spec.get(name), live.body.get(name)
        if keeping.covers((name,)) or (wanted == held and not each.secret):
            continue
        if each.nature is Nature.CREATE_ONLY and (name,) in desired.unread:
            found.append(_Uncompared(name))
            continue
        if each.nature is Nature.CREATE_ONLY:
            fixed.extend(_fixed_change(wanted, held, each, live, keeping))
            continue
        if wanted is None and _is_left(each, desired, provider, known):
            continue
        sent = with_kept_parts(wanted, held, each, (name,), keeping)
        steps = tuple(_differences(walk, (name,), sent, held, each))
        found.extend(steps)
        if any(isinstance(step, Change) for step in steps):
            body[name] = sent
            unsendable.extend(dotted(path) for path in masked_in(sent, each, (name,)))
    if _clears_last_address(body, live, provider):
        fixed.extend(_wanted_purchases(desired, provider))
    return Difference(
        changes=tuple(step for step in found if isinstance(step, Change)),
        body=body,
        fixed=tuple(fixed),
        unsendable=tuple(unsendable),
        uncompared=tuple(step.path for step in found if isinstance(step, _Uncompared)),
    )


def _is_left(field: Field, desired: Desired, provider: Provider, known: Knowledge) -> bool:
    """Whether a field that a manifest does not declare is left as it is.

    What a number is known by is not unset by a manifest that a binding tells which number it is.
    """
    if known.keep_undeclared:
        # Of a group the API takes one: what the manifest sets is in place of the others.
        group = (each for each in provider.fields.values() if field.group == each.group)
        return not field.group or all(desired.spec.get(each.name) is None for each in group)
    return bool(field.identity and desired.binding)


def _clears_last_address(body: Mapping[str, Json], live: Live, provider: Provider) -> bool:
    """Whether a patch clears all that a number can be called by, which the API refuses."""
    cleared = (provider.fields[name] for name, value in body.items() if value is None)
    return not live.number and any(each.unique for each in cleared)


def _wanted_purchases(desired: Desired, provider: Provider) -> Iterator[Change]:
    """What the manifest wants bought, and no patch can buy."""
    for name, each in provider.fields.items():
        wanted = desired.spec.get(name)
        if each.purchase and wanted is not None:
            yield Change(name, None, redacted(wanted, each), note="forces replacement")


def not_taken(sent: Mapping[str, Json], live: Live, provider: Provider) -> tuple[str, ...]:
    """The paths of what was sent that the answer does not show; unshown secrets are no proof."""
    walk = _Walk((), Knowledge())
    found: list[str] = []
    for name, wanted in sent.items():
        field, held = provider.fields[name], live.body.get(name)
        if field.nature is Nature.CREATE_ONLY:
            steps: Iterator[Change | _Uncompared] = _fixed_change(
                wanted, held, field, live, Keeping()
            )
        else:
            steps = _differences(walk, (name,), wanted, held, field)
        changes = (step for step in steps if isinstance(step, Change))
        found.extend(each.path for each in changes if not each.sensitive or each.before)
    return tuple(found)


def _fixed_change(
    wanted: Json, held: Json, field: Field, live: Live, keeping: Keeping
) -> Iterator[Change]:
    """The change of a value that is given once; one that no answer shows cannot be compared."""
    if held is None and field.purchase:
        held = area_code(live.number)
    if wanted is None or held is None or keeping.covers((field.name,)):
        return
    if normal(wanted, field) != normal(held, field):
        yield Change(field.name, redacted(held, field), redacted(wanted, field))


def _differences(
    walk: _Walk, path: Path, wanted: Json, held: Json, field: Field
) -> Iterator[Change | _Uncompared]:
    if field.secret or isinstance(wanted, Secret):
        yield from _secret_difference(walk, path, wanted, held, field)
        return
    want, have = normal(wanted, field), normal(held, field)
    if want == have:
        return
    if _are_mappings(wanted, held) and (field.properties or field.values):
        of_wanted, of_held = _as_mapping(wanted), _as_mapping(held)
        for key in _keys(_as_mapping(want), _as_mapping(have), field):
            child = child_field(field, key)
            if child:
                yield from _differences(
                    walk, (*path, key), of_wanted.get(key), of_held.get(key), child
                )
    elif field.items and _same_length(wanted, held):
        for index, (item, other) in enumerate(zip(_as_list(wanted), _as_list(held), strict=True)):
            yield from _differences(walk, (*path, index), item, other, field.items)
    else:
        yield _change(walk, path, wanted, held, field)


def _change(walk: _Walk, path: Path, wanted: Json, held: Json, field: Field) -> Change:
    return Change(
        dotted(path),
        redacted(held, field),
        redacted(wanted, field),
        before_name=_named(walk, field, held),
        after_name=_named(walk, field, wanted),
    )


def _secret_difference(
    walk: _Walk, path: Path, wanted: Json, held: Json, field: Field
) -> Iterator[Change | _Uncompared]:
    where = dotted(path)
    match _secrets_agree(walk, path, wanted, held, field):
        case True:
            return
        case False:
            before = None if held is None else Secret.SHOWN
            after = None if wanted is None else Secret.SHOWN
            yield Change(where, before, after, sensitive=True)
        case None:
            yield _Uncompared(where)


def _secrets_agree(walk: _Walk, path: Path, wanted: Json, held: Json, field: Field) -> bool | None:
    """Whether a secret is what it should be; None where nothing can tell."""
    entry = walk.known.entry
    mark = entry.secrets.get(dotted(path)) if entry else None
    if wanted is None:
        # One that answers never showed is still there until it is cleared.
        return held is None and (mark is None or mark.shown)
    if path in walk.unread or not isinstance(wanted, str):
        return None
    if is_masked(held) and not isinstance(wanted, Secret) and wanted == held:
        return True  # It is left to the live side.
    if isinstance(held, str) and not is_masked(held):
        return normal(revealed(wanted), field) == normal(held, field)
    if mark is None:
        known = bool(entry and entry.applied)
        # What is not always secret is shown in answers, so where it is left out it is not set.
        is_set = held is not None or field.secret == "always"  # noqa: S105 - a kind of field
        return None if is_set and not known else False
    was_removed = held is None and mark.shown
    return not was_removed and fingerprint(walk.known.salt, revealed(wanted)) == mark.fingerprint


def _named(walk: _Walk, field: Field, value: Json) -> str:
    if field.reference and isinstance(value, str):
        return walk.known.name_of(field.reference, value)
    return ""


def _keys(want: Mapping[str, Json], have: Mapping[str, Json], field: Field) -> Iterator[str]:
    """The keys of both, in the order of the description, then by name."""
    present = want.keys() | have.keys()
    yield from (key for key in field.properties if key in present)
    yield from sorted(present - field.properties.keys())


def _are_mappings(wanted: Json, held: Json) -> bool:
    return all(each is None or isinstance(each, Mapping) for each in (wanted, held))


def _as_mapping(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}


def _as_list(value: Json) -> Sequence[Json]:
    return value if isinstance(value, list | tuple) else ()


def _same_length(wanted: Json, held: Json) -> bool:
    return 0 < len(_as_list(wanted)) == len(_as_list(held))
