"""How a target is to be treated: limits, ownership, drift, windows, and where its key stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from reconciler.model.values import Json, Path


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


@dataclass(frozen=True, slots=True)
class Policy:
    """A JSON Schema that every manifest must meet: the one of `documents` that is at `uri`.

    `documents` holds by URI all that it refers to; `file` is its name for people.
    """

    file: str
    uri: str
    documents: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class GitopsState:
    """What Vapi's own GitOps tool made: kind of resource to key to id. `file` is "" for none."""

    file: str = ""
    kinds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


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

    `timezone` is an IANA name, which the cron expression is read in; `until` is ISO 8601, and in
    `timezone` too unless it says its offset.
    """

    cron: str = ""
    timezone: str = "UTC"
    until: str = ""


@dataclass(frozen=True, slots=True)
class Reach:
    """What the manifests of a target may read, and the API keys that none may.

    `env` are patterns of variable names, `files` directories; paths that are relative begin at
    `root`. `key_env` and `key_files`, whole paths, hold the keys of all targets.
    """

    env: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    key_env: frozenset[str] = frozenset()
    key_files: frozenset[str] = frozenset()
    root: str = ""


@dataclass(frozen=True, slots=True)
class ApiKeySource:
    """Where a target's API key stands: the first of these variables that is set, or a file."""

    env: tuple[str, ...] = ()
    file: str = ""
