"""The nouns that travel: frozen, without behaviour of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hmac import compare_digest
from typing import Final, Literal, Self, TypeAlias

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
Path: TypeAlias = tuple[str | int, ...]


class Secret(str):
    """A value that no text shows: as a string it *is* `(sensitive)`, in JSON and pickle too.

    `reveal` gives the value, to the request body and the fingerprint alone; `origin` tells people
    where it came from (`env HOOK_TOKEN`). Two secrets are equal when their values are.
    """

    __slots__ = ("_value", "origin")

    SHOWN = "(sensitive)"

    _value: str
    origin: str

    def __new__(cls, value: str, origin: str = "") -> Self:
        """Hide `value`, which came from `origin`."""
        secret = super().__new__(cls, cls.SHOWN)
        secret._value = value
        secret.origin = origin
        return secret

    def reveal(self) -> str:
        """The value itself: for the request body only."""
        return self._value

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Secret):
            return compare_digest(self._value.encode(), other._value.encode())
        return False

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return self.SHOWN

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (self.SHOWN,)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int


class Severity(StrEnum):
    """An error fails the command; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One fault in a file, with its stable code (`docs/rules.md`) and the way out."""

    severity: Severity
    code: str
    message: str
    place: Place
    path: str = ""
    help: str = ""
    related: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Validation:
    """What `validate` found: how many manifests were read, and every fault in them."""

    manifests: int
    diagnostics: tuple[Diagnostic, ...]

    @property
    def valid(self) -> bool:
        """Whether nothing found is an error."""
        return all(each.severity is not Severity.ERROR for each in self.diagnostics)


# Where each value of a document stands: the packed place of a scalar; of a mapping, its own place
# and then every key and the spot of its value, which takes half the memory of a dict; of a list,
# its own place and then the spots of its items. `documents.py` packs and unpacks.
Spot: TypeAlias = "int | tuple[int | str | Spot, ...] | list[Spot]"


@dataclass(frozen=True, slots=True)
class Layer:
    """One document that had a say in a manifest: the file itself, then each overlay."""

    file: str
    spot: Spot


@dataclass(frozen=True, slots=True)
class Manifest:
    """A document that declares a number, as written: not yet known to be valid."""

    value: Mapping[str, Json]
    layers: tuple[Layer, ...]


class State(StrEnum):
    """A manifest declares a number, or is the tombstone of one."""

    PRESENT = "present"
    ABSENT = "absent"


class OnImmutableChange(StrEnum):
    """What to do where only a new number could take a changed value."""

    BLOCK = "block"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """What a manifest allows to happen to its number."""

    state: State = State.PRESENT
    prevent_destroy: bool = False
    on_immutable_change: OnImmutableChange = OnImmutableChange.BLOCK
    ignore_changes: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class Binding:
    """Which live number a manifest is: exactly one field and its value."""

    field: Literal["id", "number", "sipUri", "name"]
    value: str


@dataclass(frozen=True, slots=True)
class Desired:
    """A valid manifest with every reference resolved: what the account should hold."""

    key: str
    provider: str
    spec: Mapping[str, Json]
    source: Place
    labels: Mapping[str, str] = field(default_factory=dict)
    previously: tuple[str, ...] = ()
    lifecycle: Lifecycle = Lifecycle()
    binding: Binding | None = None
    # Field paths whose secret could not be read here (`--no-secrets`), or whose name was not
    # looked up (`--offline`): not compared.
    unread: tuple[Path, ...] = ()
    # The documents that it was made from: where each of its values was set.
    layers: tuple[Layer, ...] = field(default=(), compare=False)


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
    """What is remembered of a secret: a salted fingerprint, and if the API shows the value."""

    fingerprint: str
    shown: bool = False


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


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` operations, or `percent` of the managed numbers. Neither: no limit.

    The percent counts once `from_managed` numbers are managed: of three, 30% would be none.
    """

    count: int | None = None
    percent: float | None = None
    from_managed: int = 0


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one apply may do. What cannot be undone is 0 until somebody says otherwise."""

    creates: Limit = Limit()
    deletes: Limit = Limit(count=0)
    replaces: Limit = Limit(count=0)
    changes: Limit = Limit()
    recreates: Limit = Limit(count=0)


class Ownership(StrEnum):
    """Whether the live numbers that nobody declares are somebody else's, or are to go."""

    SHARED = "shared"
    EXCLUSIVE = "exclusive"


class Undeclared(StrEnum):
    """What happens to a live field that the manifest does not name."""

    CLEAR = "clear"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """Live numbers that are none of our business: all that is given must fit (`name` is a glob)."""

    name: str = ""
    provider: str = ""
    number: str = ""
    id: str = ""


class OnDrift(StrEnum):
    """What an unattended run does about a number that somebody changed elsewhere."""

    CORRECT = "correct"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class DriftIgnored:
    """Drift that is nobody's business: of these fields, of numbers with these labels; () is any."""

    fields: tuple[Path, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Freeze:
    """When nothing may be written: each minute that `cron` names, or all time before `until`.

    `timezone` is an IANA name, which the cron expression is read in; `until` is ISO 8601.
    """

    cron: str = ""
    timezone: str = "UTC"
    until: str = ""


@dataclass(frozen=True, slots=True)
class ApiKeySource:
    """Where a target's API key stands: the first of these variables that is set, or a file."""

    env: tuple[str, ...] = ()
    file: str = ""


class Action(StrEnum):
    """The three calls that write."""

    CREATE = "create"
    PATCH = "patch"
    DELETE = "delete"


class Reason(StrEnum):
    """Why an operation is in the plan."""

    DECLARED = "declared"
    DRIFTED = "drifted"
    CHANGED = "changed"
    REMOVED = "removed"
    TOMBSTONE = "tombstone"
    UNOWNED = "unowned"
    REPLACE = "replace"
    VACATE = "vacate"


@dataclass(frozen=True, slots=True)
class Change:
    """One field that moves. A sensitive change never carries its values."""

    path: str
    before: Json
    after: Json
    sensitive: bool = False
    # What a reader should know of it, and the names behind ids: `Support bot (4f2c1d…)`.
    note: str = ""
    before_name: str = ""
    after_name: str = ""


@dataclass(frozen=True, slots=True)
class Precondition:
    """What a live number must still look like when the operation runs."""

    updated_at: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One call: `body` is what it sends (secrets still `Secret`), and never leaves the process."""

    id: str
    action: Action
    address: str
    provider: str
    live_id: str | None
    reason: Reason
    changes: tuple[Change, ...] = ()
    requires: tuple[str, ...] = ()
    precondition: Precondition | None = None
    source: Place | None = None
    label: str = ""
    body: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Blocked:
    """What a guard refuses, and in `help` the flag or line that lets it pass."""

    address: str
    guard: str
    message: str
    help: str = ""


@dataclass(frozen=True, slots=True)
class Warned:
    """Something a person should know that stops nothing."""

    address: str
    message: str


@dataclass(frozen=True, slots=True)
class Unhealthy:
    """A managed number that does not serve calls."""

    address: str
    status: Literal["activating", "blocked", "incomplete"]


@dataclass(frozen=True, slots=True)
class Summary:
    """The plan in numbers; a replace is one replace, one create and one delete."""

    create: int = 0
    patch: int = 0
    delete: int = 0
    replace: int = 0
    unchanged: int = 0
    blocked: int = 0
    unmanaged: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """The ordered operations that turn live into desired, and what stands beside them."""

    target: str
    base_url: str
    org_id: str | None
    created_at: str
    manifests_digest: str
    operations: tuple[Operation, ...]
    blocked: tuple[Blocked, ...]
    unmanaged: tuple[Live, ...]
    warnings: tuple[Warned, ...]
    health: tuple[Unhealthy, ...]
    summary: Summary
    manifests: int = 0
    live: int = 0
    # Manifest key to the id of the live number that it is, for the lock.
    bindings: Mapping[str, str] = field(default_factory=dict)
    # Manifest key to the ids of the numbers that were replaced and are not released yet.
    leaving: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # Manifest keys of the lock that nobody declares and no live number has.
    forgotten: frozenset[str] = frozenset()


class Outlook(StrEnum):
    """What manifests and lock let expect, before any account was asked."""

    NEW = "new"
    CHANGED = "changed"
    RELEASED = "released"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Expected:
    """What is to be expected of one number, and why."""

    address: str
    outlook: Outlook
    why: str
    source: Place | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Forecast:
    """What can be said without the account: not a plan, and never that nothing is to do.

    `locked` is how many numbers the lock knows; `not_compared` are addresses and field paths whose
    value stands behind a name or a secret.
    """

    target: str
    base_url: str
    manifests: int
    locked: int
    expected: tuple[Expected, ...]
    not_compared: tuple[tuple[str, str], ...]


class Status(StrEnum):
    """What became of an operation."""

    DONE = "done"
    RECOVERED = "recovered"
    FAILED = "failed"
    SKIPPED = "skipped"


# The endings of a write that landed.
WRITTEN: Final = frozenset({Status.DONE, Status.RECOVERED})


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one operation."""

    operation: Operation
    status: Status
    live_id: str | None = None
    error_kind: str = ""
    error_message: str = ""
    error_status: int | None = None
    # What a person can do about the error, on one or more lines.
    help: str = ""
    not_taken: tuple[str, ...] = ()
    # What keeps the number, as answered, from serving calls.
    health: Unhealthy | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a plan: one result an operation, in the plan's order."""

    target: str
    results: tuple[Result, ...]
    interrupted: bool = False
    # The managed numbers that serve no calls now, be they of this run or not.
    health: tuple[Unhealthy, ...] = ()


class Ending(StrEnum):
    """How an unattended pass ended."""

    SYNCED = "synced"
    CHANGED = "changed"
    DRIFT = "drift"
    FROZEN = "frozen"
    REFUSED = "refused"
    PARTIAL = "partial"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class PassReport:
    """One unattended pass over a target: what it found, what it did, and how it ended.

    `started` is ISO 8601, `seconds` how long it took. `message` says why it was refused, failed or
    frozen, and `kind` what kind of error that was. `held` is the drift that is reported and not
    corrected. `requests` counts calls of the API, `throttled` those that it answered with 429.
    """

    target: str
    started: str
    seconds: float
    ending: Ending
    message: str = ""
    kind: str = ""
    plan: Plan | None = None
    held: tuple[Operation, ...] = ()
    outcome: Outcome | None = None
    requests: int = 0
    throttled: int = 0


class FieldChangeKind(StrEnum):
    """What changed of a field between two descriptions of the API."""

    PROVIDER_NEW = "provider-new"
    PROVIDER_GONE = "provider-gone"
    FIELD_NEW = "field-new"
    FIELD_GONE = "field-gone"
    NATURE = "nature"
    TYPE = "type"
    REQUIRED = "required"
    DEFAULT = "default"
    DEPRECATED = "deprecated"
    SECRET = "secret"  # noqa: S105 - a word
    CHOICES = "choices"
    VALUE_NEW = "value-new"
    VALUE_GONE = "value-gone"
    BOUND = "bound"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One difference between two descriptions, and the providers for which it holds."""

    kind: FieldChangeKind
    path: str
    providers: tuple[str, ...] = ()
    before: Json = None
    after: Json = None


class Standing(StrEnum):
    """What a newer description means for a manifest."""

    STILL_VALID = "still-valid"
    NEWLY_INVALID = "newly-invalid"
    NEWLY_VALID = "newly-valid"
    STILL_INVALID = "still-invalid"


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a newer description means for one manifest; `faults` are those that it adds.

    `deprecated` are the fields that it uses and that are on their way out, with their places.
    """

    key: str
    place: Place
    standing: Standing
    faults: tuple[Diagnostic, ...] = ()
    deprecated: tuple[tuple[str, Place], ...] = ()


@dataclass(frozen=True, slots=True)
class SchemaDiff:
    """What changed between two descriptions, called by their names, and what that means."""

    before: str
    after: str
    changes: tuple[FieldChange, ...]
    consequences: tuple[Consequence, ...] = ()
    providers: tuple[str, ...] = ()
