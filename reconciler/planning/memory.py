"""A manifest and the answer to its write -> what the lock remembers of it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reconciler.fields import Provider, dotted
from reconciler.model import Desired, Json, Live, LockEntry, Path, SecretMark
from reconciler.planning.hiding import plain_texts
from reconciler.planning.normal import normal
from reconciler.planning.secrecy import fingerprint, redacted, secrets_in


def remembered(
    desired: Desired,
    live: Live,
    provider: Provider,
    salt: str,
    before: LockEntry | None = None,
    sent: Mapping[str, Json] | None = None,
) -> LockEntry:
    """What to remember of a manifest that `live` now agrees with; `before` was remembered of it.

    `sent` is the body that was written. A secret that was not in it, and is shown no more, was
    removed elsewhere, and that stays known: drift that is only told must be told again.
    """
    past = before.secrets if before else {}
    is_same_number = before is not None and before.id == live.id
    declared = {}
    for path, value in declared_secrets(desired.spec, provider):
        where = dotted(path)
        mark = SecretMark(fingerprint(salt, value), is_shown(live.body, path))
        if is_same_number and not is_shown(sent or {}, path) and _was_shown(mark, past.get(where)):
            mark = replace(mark, shown=True)
        declared[where] = mark
    undeclared = {path: mark for path, mark in past.items() if path not in declared}
    return LockEntry(
        id=live.id,
        provider=live.provider,
        applied=applied_spec(desired.spec, provider),
        secrets=declared | dict(_left(undeclared, live, provider, salt)),
        prevent_destroy=desired.lifecycle.prevent_destroy,
    )


def _was_shown(mark: SecretMark, before: SecretMark | None) -> bool:
    """Whether answers showed the same secret before."""
    return before is not None and before.shown and before.fingerprint == mark.fingerprint


def _left(
    marks: Mapping[str, SecretMark], live: Live, provider: Provider, salt: str
) -> Iterator[tuple[str, SecretMark]]:
    """Those of `marks` whose secret the account holds still, and shows."""
    for path, text in plain_texts(live.body, provider) if marks else ():
        mark = marks.get(dotted(path))
        if mark and mark.fingerprint == fingerprint(salt, text):
            yield dotted(path), replace(mark, declared=False)


def bound(live: Live, entry: LockEntry | None) -> LockEntry:
    """What to remember of a manifest before its number is changed: who it is, no more.

    `entry` is what is remembered of it now.
    """
    if entry and entry.id == live.id:
        return entry
    return LockEntry(live.id, live.provider)


def released(entry: LockEntry, number_id: str) -> LockEntry | None:
    """What is left to remember of a key once this number is released; None for nothing."""
    rest = tuple(each for each in entry.replaced if each != number_id)
    if entry.id != number_id:
        return replace(entry, replaced=rest)
    return LockEntry(rest[0], entry.provider, replaced=rest[1:]) if rest else None


def declares_as_before(
    spec: Mapping[str, Json], entry: LockEntry, provider: Provider, salt: str
) -> bool:
    """Whether a manifest says what it said when it was last applied."""
    marks = {
        dotted(path): fingerprint(salt, value) for path, value in declared_secrets(spec, provider)
    }
    before = {path: mark.fingerprint for path, mark in entry.secrets.items() if mark.declared}
    return marks == before and applied_spec(spec, provider) == entry.applied


def applied_spec(spec: Mapping[str, Json], provider: Provider) -> dict[str, Json]:
    """A spec in the form that the lock keeps: comparable, and without its secrets."""
    applied: dict[str, Json] = {}
    for name, field in provider.writable.items():
        value = redacted(normal(spec.get(name), field), field)
        if value is not None:
            applied[name] = value
    return applied


def declared_secrets(spec: Mapping[str, Json], provider: Provider) -> Iterator[tuple[Path, str]]:
    """Every secret text of a spec, with its path."""
    for name, field in provider.fields.items():
        yield from secrets_in(spec.get(name), field, (name,))


def is_shown(body: Mapping[str, Json], path: Path) -> bool:
    """Whether an answer shows the value at `path`, in clear or as a mask."""
    value: Json = body
    for step in path:
        if isinstance(value, Mapping) and isinstance(step, str):
            value = value.get(step)
        elif isinstance(value, list) and isinstance(step, int) and step < len(value):
            value = value[step]
        else:
            return False
    return value is not None
