"""What is read from elsewhere, or was when the lock was written -> what nobody may see. Pure.

Any text of a manifest may come from a variable or a file, and the account shows it in clear. It
stays a secret where somebody typed another over it, and once the manifest no longer reads it: then
the lock remembers where it stood and its fingerprint. What a field itself calls secret is hidden
wherever it is shown, and is no concern here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from reconciler.fields import Field, FieldTable, Provider, dotted, field_at, parse_path
from reconciler.model import (
    Change,
    Desired,
    Json,
    Live,
    Lock,
    LockEntry,
    Path,
    Secret,
    holds_credentials,
)
from reconciler.planning.draft import address_of
from reconciler.planning.normal import child_field, is_masked
from reconciler.planning.secrecy import fingerprint, secrets_in

_LONG: Final = 8


@dataclass(frozen=True)
class Hiding:
    """What a target's manifests read from elsewhere, now and when the lock was written."""

    fields: FieldTable
    lock: Lock
    desired: Sequence[Desired] = ()

    def texts(self, live: Live, desired: Desired | None = None) -> frozenset[str]:
        """The texts of a number that are secret, `desired` being its manifest if it has one."""
        provider = self.fields.providers.get(live.provider)
        if provider is None:
            return frozenset()
        declared = {dotted(path): value for path, value in _read(desired)} if desired else {}
        entry = self._entries.get(live.id)
        places = declared.keys() | (entry.secrets.keys() if entry else set())
        values = set(declared.values()) - {""}
        return frozenset(
            text
            for path, text in plain_texts(live.body, provider)
            if dotted(path) in places or _tells(text, values) or self._is_known(text)
            if text and not is_masked(text)
        )

    def seen(self, live: Live) -> Live:
        """A number as messages may describe it."""
        texts = self.texts(live)

        def hidden(text: str) -> str:
            return Secret.SHOWN if text in texts or self._is_known(text) else text

        return replace(
            live, name=hidden(live.name), number=hidden(live.number), sip_uri=hidden(live.sip_uri)
        )

    def manifest(self, address: str) -> Desired | None:
        """The manifest that a plan knows by `address`."""
        return self._by_address.get(address)

    @cached_property
    def _by_address(self) -> Mapping[str, Desired]:
        return {address_of(each.key): each for each in self.desired}

    def _is_known(self, text: str) -> bool:
        """Whether a text is what any manifest reads or read for a field that shows it.

        One that holds credentials is known by what it looks like.
        """
        if text in self._values or holds_credentials(text):
            return True
        return bool(self._prints) and fingerprint(self.lock.salt, text) in self._prints

    @cached_property
    def _values(self) -> AbstractSet[str]:
        """What tells numbers apart stands in no mapping: deeper values are each number's own."""
        values = (value for each in self.desired for value in each.spec.values())
        return {each.reveal() for each in values if isinstance(each, Secret)} - {""}

    @cached_property
    def _prints(self) -> AbstractSet[str]:
        return {
            mark.fingerprint
            for entry in self.lock.entries.values()
            for path, mark in entry.secrets.items()
            if not self._is_secret_by_field(entry, path)
        }

    @cached_property
    def _entries(self) -> Mapping[str, LockEntry]:
        """By live id, what is remembered of a number, or of the one that replaced it."""
        return {
            number: entry
            for entry in self.lock.entries.values()
            for number in (*entry.replaced, entry.id)
        }

    def _is_secret_by_field(self, entry: LockEntry, path: str) -> bool:
        provider = self.fields.providers.get(entry.provider)
        field = field_at(provider, parse_path(path)) if provider else None
        return bool(field and field.secret)


def hidden(value: Json, texts: AbstractSet[str]) -> Json:
    """The value with `(sensitive)` in place of every text of `texts`, or that looks secret."""
    match value:
        case str():
            return Secret.SHOWN if value in texts or holds_credentials(value) else value
        case Mapping():
            return {key: hidden(child, texts) for key, child in value.items()}
        case Sequence():
            return [hidden(item, texts) for item in value]
        case _:
            return value


def shown(change: Change, texts: AbstractSet[str]) -> Change:
    """The change as a plan may tell it: a secret on one side hides both, as Terraform does."""
    before, after = hidden(change.before, texts), hidden(change.after, texts)
    if Secret.SHOWN in (before, after):
        return Change(
            change.path,
            None if before is None else Secret.SHOWN,
            None if after is None else Secret.SHOWN,
            sensitive=True,
            note=change.note,
        )
    return replace(change, before=before, after=after)


def _read(desired: Desired) -> Iterator[tuple[Path, str]]:
    """What a manifest reads from elsewhere, and where that stands."""
    for name, value in desired.spec.items():
        yield from secrets_in(value, None, (name,))


def _tells(text: str, secrets: AbstractSet[str]) -> bool:
    """Whether a text is a secret or holds one; a short one stands in many texts by chance."""
    return text in secrets or any(len(each) >= _LONG and each in text for each in secrets)


def plain_texts(body: Mapping[str, Json], provider: Provider) -> Iterator[tuple[Path, str]]:
    """Every text of a body that its field does not hide, and where it stands."""
    for name, field in provider.fields.items():
        yield from _texts(body.get(name), field, (name,))


def _texts(value: Json, field: Field | None, path: Path) -> Iterator[tuple[Path, str]]:
    if field and field.secret:
        return
    match value:
        case str():
            yield path, value
        case Mapping():
            for key, child in value.items():
                yield from _texts(child, child_field(field, key) if field else None, (*path, key))
        case Sequence():
            for index, item in enumerate(value):
                yield from _texts(item, field.items if field else None, (*path, index))
        case _:
            return
