"""One manifest and its number -> the calls that it asks for. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from json import dumps

from reconciler.fields import Field, FieldTable, Nature, Provider, Verb, dotted, value_at
from reconciler.model import (
    Action,
    Blocked,
    Change,
    Desired,
    Directory,
    DriftIgnored,
    Json,
    Live,
    Lock,
    OnImmutableChange,
    Operation,
    Path,
    Precondition,
    Reason,
    Secret,
    Undeclared,
    Warned,
)
from reconciler.planning.diff import Difference, Knowledge, compare
from reconciler.planning.draft import Draft, Drafted, Kind, address_of
from reconciler.planning.drift import ignored_drift
from reconciler.planning.hiding import Hiding, hidden, shown
from reconciler.planning.match import lock_entry
from reconciler.planning.memory import declares_as_before
from reconciler.planning.normal import child_field
from reconciler.planning.secrecy import is_secret, redacted
from reconciler.planning.unmoved import Unmoved


@dataclass(frozen=True)
class Drafting:
    """What is the same for every number of a plan."""

    fields: FieldTable
    lock: Lock
    directory: Directory
    hiding: Hiding
    undeclared: Undeclared
    ignored_drift: tuple[DriftIgnored, ...] = ()
    hold_drift: bool = False

    def create(self, desired: Desired, kind: Kind, reason: Reason = Reason.DECLARED) -> Drafted:
        """The create of a manifest that has no number."""
        provider = self.fields.providers[desired.provider]
        operation = Operation(
            id="",
            action=Action.CREATE,
            address=address_of(desired.key),
            provider=desired.provider,
            live_id=None,
            reason=reason,
            changes=tuple(self._declared(desired, provider)),
            source=desired.source,
            body=creatable(desired, provider),
        )
        return Drafted((Draft(kind, operation),), warnings=tuple(self._dangling(desired)))

    def change(self, desired: Desired, live: Live) -> Drafted:
        """What makes a live number what its manifest says; nothing where it is that already."""
        desired = self._with_drift_ignored(desired, live)
        provider = self.fields.providers[desired.provider]
        entry = lock_entry(desired, self.lock)
        keep = self.undeclared is Undeclared.KEEP
        known = Knowledge(entry, self.lock.salt, keep, self._name)
        difference = compare(desired, live, provider, known)
        if difference.changes or difference.fixed:
            difference = _hidden(difference, self.hiding.texts(live, desired))
        warnings = (*_uncompared(desired, difference), *self._dangling(desired))
        if difference.fixed:
            if desired.lifecycle.on_immutable_change is OnImmutableChange.REPLACE:
                return self._replace(desired, live, difference, warnings)
            return Drafted(
                self._patch(desired, live, difference), tuple(_fixed(desired, difference)), warnings
            )
        return Drafted(
            self._patch(desired, live, difference), _unsendable(desired, difference), warnings
        )

    def release(
        self,
        live: Live,
        key: str,
        reason: Reason,
        *,
        desired: Desired | None = None,
        protected: bool = False,
        kind: Kind = Kind.DELETE,
    ) -> Drafted:
        """The delete of a number, for good; `desired` is its manifest if it has one."""
        texts = self.hiding.texts(live, desired)
        operation = Operation(
            id="",
            action=Action.DELETE,
            address=address_of(key),
            provider=live.provider,
            live_id=live.id,
            reason=reason,
            changes=tuple(shown(each, texts) for each in self._lost(live)),
            precondition=self._precondition(live, texts),
            source=desired.source if desired else None,
            label=_label(live, texts),
        )
        return Drafted((Draft(kind, operation, live, protected),))

    def _replace(
        self, desired: Desired, live: Live, difference: Difference, warnings: tuple[Warned, ...]
    ) -> Drafted:
        created = self.create(desired, Kind.REPLACE, Reason.REPLACE)
        released = self.release(
            live,
            desired.key,
            Reason.REPLACE,
            desired=desired,
            protected=desired.lifecycle.prevent_destroy,
            kind=Kind.REPLACE,
        )
        (create,) = created.drafts
        moved = {each.path for each in difference.fixed}
        rest = tuple(each for each in create.operation.changes if each.path not in moved)
        operation = replace(create.operation, changes=(*difference.fixed, *rest))
        return Drafted((Draft(Kind.REPLACE, operation), *released.drafts), warnings=warnings)

    def _patch(self, desired: Desired, live: Live, difference: Difference) -> tuple[Draft, ...]:
        if not difference.changes:
            return ()
        texts = self.hiding.texts(live, desired)
        operation = Operation(
            id="",
            action=Action.PATCH,
            address=address_of(desired.key),
            provider=desired.provider,
            live_id=live.id,
            reason=self._reason(desired),
            changes=difference.changes,
            precondition=self._precondition(live, texts),
            source=desired.source,
            label=_label(live, texts),
            body=difference.body,
        )
        return (Draft(Kind.CHANGE, operation, live),)

    def _with_drift_ignored(self, desired: Desired, live: Live) -> Desired:
        """A manifest leaves more of what it did not change to the live side.

        Where drift is held, a change of its own is made without that: the drift is told next time.
        """
        entry = lock_entry(desired, self.lock)
        if not (self.hold_drift or self.ignored_drift) or entry is None or not entry.applied:
            return desired
        provider = self.fields.providers[desired.provider]
        unmoved = Unmoved(desired.spec, entry, provider, self.lock.salt, live.body)
        ignored = ignored_drift(desired, self.ignored_drift, unmoved)
        if self.hold_drift and self._reason(desired) is Reason.DECLARED:
            ignored = unmoved.parts
        lifecycle = desired.lifecycle
        paths = (*lifecycle.ignore_changes, *ignored)
        return replace(desired, lifecycle=replace(lifecycle, ignore_changes=paths))

    def _reason(self, desired: Desired) -> Reason:
        """Who moved, as far as the lock can tell."""
        entry = lock_entry(desired, self.lock)
        if entry is None or not entry.applied:
            return Reason.CHANGED
        provider = self.fields.providers[desired.provider]
        if declares_as_before(desired.spec, entry, provider, self.lock.salt):
            return Reason.DRIFTED
        return Reason.DECLARED

    def _declared(self, desired: Desired, provider: Provider) -> Iterator[Change]:
        for name, field in provider.fields.items():
            value = desired.spec.get(name)
            if value is not None:
                yield from self._leaves((name,), value, field)

    def _leaves(self, path: Path, value: Json, field: Field) -> Iterator[Change]:
        """Every value that a create sends, as a change from nothing."""
        if is_secret(value, field):
            yield Change(dotted(path), None, Secret.SHOWN, sensitive=True)
        elif isinstance(value, Mapping) and (field.properties or field.values):
            for key, child in value.items():
                known = child_field(field, key)
                if known:
                    yield from self._leaves((*path, key), child, known)
        else:
            note = f"buys a new number in area code {value}" if field.purchase else ""
            name = self._name(field.reference, value) if isinstance(value, str) else ""
            yield Change(dotted(path), None, redacted(value, field), note=note, after_name=name)

    def _lost(self, live: Live) -> Iterator[Change]:
        """What a release takes away: the number's identities, strongest first."""
        provider = self.fields.providers.get(live.provider)
        if provider is None:
            return
        bought = any(each.purchase for each in provider.fields.values())
        for field in provider.identities.values():
            value = live.body.get(field.name)
            if value is not None:
                lost = bought and field.nature is Nature.READ_ONLY
                note = "these digits cannot be bought back" if lost else ""
                yield Change(field.name, redacted(value, field), None, note=note)

    def _precondition(self, live: Live, texts: AbstractSet[str]) -> Precondition:
        """What the number must still look like; secrets are left out even as a digest."""
        provider = self.fields.providers.get(live.provider)
        managed = {
            name: hidden(redacted(live.body[name], field), texts)
            for name, field in (provider.writable.items() if provider else ())
            if name in live.body
        }
        text = dumps(managed, sort_keys=True, separators=(",", ":"))
        return Precondition(live.updated_at, f"sha256:{sha256(text.encode()).hexdigest()}")

    def _name(self, kind: str, resource_id: str) -> str:
        """`Support bot (4f2c1d…)` for an id that the directory knows; "" for any other."""
        name = self._names.get((kind, resource_id))
        return "" if name is None else f"{name} ({resource_id[:6]}…)"

    @cached_property
    def _names(self) -> Mapping[tuple[str, str], str]:
        """What every resource of the directory is called, by kind and id."""
        return {
            (kind, each.id): each.name
            for kind, resources in self.directory.kinds.items()
            for each in resources
        }

    def _dangling(self, desired: Desired) -> Iterator[Warned]:
        """References to what the account does not hold: the API keeps them, callers get nothing."""
        provider = self.fields.providers[desired.provider]
        for path, kind in provider.references:
            value = value_at(desired.spec, path) if kind in self.directory.kinds else None
            if isinstance(value, str) and not self._name(kind, value):
                shown_id = redacted(value, None)
                message = f"{dotted(path)}: no {kind} of this account has the id {shown_id}"
                yield Warned(address_of(desired.key), message)


def _hidden(difference: Difference, texts: AbstractSet[str]) -> Difference:
    """The difference as a plan may tell it."""
    return replace(
        difference,
        changes=tuple(shown(each, texts) for each in difference.changes),
        fixed=tuple(shown(each, texts) for each in difference.fixed),
    )


def _label(live: Live, texts: AbstractSet[str]) -> str:
    label = live.number or live.sip_uri
    return Secret.SHOWN if label in texts else label


def creatable(desired: Desired, provider: Provider) -> Mapping[str, Json]:
    """The body of a create: what the create body takes, and nothing else."""
    return {
        name: desired.spec[name]
        for name, field in provider.fields.items()
        if Verb.CREATE in field.verbs and desired.spec.get(name) is not None
    }


def _uncompared(desired: Desired, difference: Difference) -> Iterator[Warned]:
    unread = {dotted(path) for path in desired.unread}
    for path in difference.uncompared:
        why = (
            "its value was not read"
            if path in unread
            else "the API does not show it and nothing is remembered of it"
        )
        yield Warned(address_of(desired.key), f"{path} is not compared: {why}")


def _fixed(desired: Desired, difference: Difference) -> Iterator[Blocked]:
    for each in difference.fixed:
        yield Blocked(
            address=address_of(desired.key),
            guard="immutable",
            message=f"{each.path} is given once, at creation: "
            f"it is {dumps(each.before)}, and the manifest says {dumps(each.after)}",
            help="put the old value back; or, to release this number and get another, "
            "set lifecycle.onImmutableChange: replace",
        )


def _unsendable(desired: Desired, difference: Difference) -> tuple[Blocked, ...]:
    return tuple(
        Blocked(
            address=address_of(desired.key),
            guard="immutable",
            message=f"{path} is left to the live side, but the API masks it, "
            "and a patch would have to send it back",
            help="declare it in the manifest with {env: NAME}",
        )
        for path in difference.unsendable
    )
