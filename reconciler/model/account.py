"""What there is: live numbers, named resources, and what the lock remembers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.values import Json


@dataclass(frozen=True, slots=True)
class Live:
    """A number as the account holds it; `body` is the answer as it came, unknown fields and all.

    The other fields are what every answer carries or may carry, empty where this one did not.
    """

    id: str
    provider: str
    body: Mapping[str, Json]
    name: str = ""
    number: str = ""
    sip_uri: str = ""
    status: str = ""
    org_id: str = ""
    created_at: str = ""
    updated_at: str = ""


@dataclass(frozen=True, slots=True)
class Resource:
    """Something of the account that a manifest may refer to by name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Directory:
    """What the account holds beside numbers: kind (`assistant`, `squad`…) to its resources."""

    kinds: Mapping[str, tuple[Resource, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SecretMark:
    """What is remembered of a secret: a salted fingerprint, and if the API shows the value.

    `declared` is False once no manifest reads it any more, and the account holds it still.
    """

    fingerprint: str
    shown: bool = False
    declared: bool = True


@dataclass(frozen=True, slots=True)
class LockEntry:
    """Who a manifest key is, and what was last applied to it (secrets as salted fingerprints).

    `secrets` tells by path (`server.headers.X-Token`) the fingerprint of the value last sent and
    whether the API's answer showed it, so that one left out later is told from one never shown.
    `replaced` are ids of numbers that this one replaced and that are still to be released.
    `replacing` says that a replace was begun; it names the live ids that were there before and
    could be mistaken for the new number.
    """

    id: str
    provider: str
    applied: Mapping[str, Json] = field(default_factory=dict)
    secrets: Mapping[str, SecretMark] = field(default_factory=dict)
    prevent_destroy: bool = False
    replaced: tuple[str, ...] = ()
    replacing: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """What one target remembers: manifest key to entry, and whose account it was."""

    salt: str = ""
    org_id: str = ""
    entries: Mapping[str, LockEntry] = field(default_factory=dict)
